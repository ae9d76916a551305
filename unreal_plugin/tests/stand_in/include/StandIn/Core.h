// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
// Part of a stand-in for Unreal Engine, written by hand for tests: see unreal_plugin/tests/stand_in/README.md.
#pragma once

// Types, strings, containers, pointers, logging. Names and signatures as used all over CesiumGS/cesium-unreal (5.6 to 5.8) and
// rdeioris/CompushadyUnreal (5.2 to 5.7).
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <cwchar>
#include <cwctype>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using int8 = std::int8_t;
using int16 = std::int16_t;
using int32 = std::int32_t;
using int64 = std::int64_t;
using uint8 = std::uint8_t;
using uint16 = std::uint16_t;
using uint32 = std::uint32_t;
using uint64 = std::uint64_t;
using SIZE_T = std::size_t;
// Wide, so that a TCHAR string and a UTF-8 string can't be taken for each other.
using TCHAR = wchar_t;
using ANSICHAR = char;

#define TEXT(Literal) L##Literal
#define UE_ARRAY_COUNT(Array) (sizeof(Array) / sizeof((Array)[0]))
#define PLATFORM_WINDOWS 0
#define PLATFORM_LINUX 1
#define PLATFORM_MAC 0
#define WITH_EDITOR 1
#define WITH_DEV_AUTOMATION_TESTS 1
#define FORCEINLINE inline
#define check(Expression) StandIn::Check(static_cast<bool>(Expression), #Expression)
#define INDEX_NONE (-1)
#define MIRAGELSD_API
#define MIRAGELSDEDITOR_API

namespace StandIn
{
	/** Ends the program: a failed check() ends an engine, too. */
	void Check(bool bHolds, const char* Expression);
}

template <typename T>
constexpr std::remove_reference_t<T>&& MoveTemp(T&& Value)
{
	return static_cast<std::remove_reference_t<T>&&>(Value);
}
template <typename T>
constexpr T&& Forward(std::remove_reference_t<T>& Value)
{
	return static_cast<T&&>(Value);
}

template <typename KeyType, typename ValueType>
struct TPair
{
	KeyType Key;
	ValueType Value;
	TPair(const KeyType& InKey, const ValueType& InValue) : Key(InKey), Value(InValue) {}
};

struct FDefaultAllocator
{
};

template <typename T, typename Allocator = FDefaultAllocator>
class TArray
{
public:
	TArray() = default;
	TArray(std::initializer_list<T> List) : Items(List) {}
	int32 Num() const { return static_cast<int32>(Items.size()); }
	bool IsEmpty() const { return Items.empty(); }
	int32 Add(const T& Item)
	{
		Items.push_back(Item);
		return Num() - 1;
	}
	int32 Insert(T&& Item, int32 Index)
	{
		Items.insert(Items.begin() + Index, std::move(Item));
		return Index;
	}
	bool IsValidIndex(int32 Index) const { return Index >= 0 && Index < Num(); }
	T& Last() { return Items.back(); }
	void RemoveAt(int32 Index) { Items.erase(Items.begin() + Index); }
	int32 Remove(const T& Item)
	{
		return RemoveAll([&Item](const T& Other) { return Other == Item; });
	}
	int32 AddUnique(const T& Item)
	{
		const auto Found = std::find(Items.begin(), Items.end(), Item);
		return Found != Items.end() ? static_cast<int32>(Found - Items.begin()) : Add(Item);
	}
	template <typename Predicate>
	void StableSort(const Predicate& IsBefore)
	{
		std::stable_sort(Items.begin(), Items.end(), IsBefore);
	}
	void Empty() { Items.clear(); }
	void Reserve(int32 Count) { Items.reserve(static_cast<size_t>(Count)); }
	void Reset() { Items.clear(); }
	void SetNum(int32 Count) { Items.resize(static_cast<size_t>(Count)); }
	T& operator[](int32 Index) { return Items.at(static_cast<size_t>(Index)); }
	const T& operator[](int32 Index) const { return Items.at(static_cast<size_t>(Index)); }
	T* GetData() { return Items.data(); }
	const T* GetData() const { return Items.data(); }
	bool Contains(const T& Item) const { return std::find(Items.begin(), Items.end(), Item) != Items.end(); }
	template <typename Predicate>
	int32 RemoveAll(const Predicate& ShouldRemove)
	{
		const size_t Before = Items.size();
		Items.erase(std::remove_if(Items.begin(), Items.end(), ShouldRemove), Items.end());
		return static_cast<int32>(Before - Items.size());
	}
	auto begin() { return Items.begin(); }
	auto end() { return Items.end(); }
	auto begin() const { return Items.begin(); }
	auto end() const { return Items.end(); }

private:
	std::vector<T> Items;
};

/** As much of it as is asked for. */
template <typename KeyType, typename ValueType>
class TMap
{
public:
	bool Contains(const KeyType& Key) const
	{
		return std::any_of(Items.begin(), Items.end(), [&](const TPair<KeyType, ValueType>& Pair) { return Pair.Key == Key; });
	}
	void Add(const KeyType& Key, const ValueType& Value)
	{
		check(!Contains(Key));
		Items.emplace_back(Key, Value);
	}

	int32 Num() const { return static_cast<int32>(Items.size()); }
	auto begin() const { return Items.begin(); }
	auto end() const { return Items.end(); }

private:
	std::vector<TPair<KeyType, ValueType>> Items;
};

/** The engine's holds no copy of what it refers to. */
template <typename Signature>
using TFunctionRef = const std::function<Signature>&;

class FString
{
public:
	FString() = default;
	FString(const TCHAR* Text) : Value(Text != nullptr ? Text : L"") {}
	explicit FString(std::wstring Text) : Value(std::move(Text)) {}
	const TCHAR* operator*() const { return Value.c_str(); }
	bool IsEmpty() const { return Value.empty(); }
	int32 Len() const { return static_cast<int32>(Value.size()); }
	void Reset() { Value.clear(); }
	bool Contains(const TCHAR* Part) const { return Value.find(Part) != std::wstring::npos; }
	FString TrimStartAndEnd() const;
	FString& operator+=(const FString& Other)
	{
		Value += Other.Value;
		return *this;
	}
	friend FString operator+(const FString& A, const FString& B) { return FString(A.Value + B.Value); }
	friend FString operator+(const FString& A, const TCHAR* B) { return FString(A.Value + B); }
	friend bool operator==(const FString& A, const FString& B) { return A.Value == B.Value; }
	friend bool operator!=(const FString& A, const FString& B) { return A.Value != B.Value; }
	friend bool operator==(const FString& A, const TCHAR* B) { return A.Value == B; }
	bool EndsWith(const TCHAR* Part) const
	{
		const size_t Length = std::wcslen(Part);
		return Value.size() >= Length && Value.compare(Value.size() - Length, Length, Part) == 0;
	}
	FString Replace(const TCHAR* From, const TCHAR* To) const
	{
		std::wstring Text = Value;
		const std::wstring Old(From), New(To);
		for (size_t At = Text.find(Old); At != std::wstring::npos; At = Text.find(Old, At + New.size()))
		{
			Text.replace(At, Old.size(), New);
		}
		return FString(Text);
	}
	FString Left(int32 Count) const { return FString(Value.substr(0, static_cast<size_t>(Count))); }
	FString RightChop(int32 Count) const { return FString(Value.substr(std::min(Value.size(), static_cast<size_t>(Count)))); }
	FString ToUpper() const
	{
		std::wstring Text = Value;
		std::transform(Text.begin(), Text.end(), Text.begin(), std::towupper);
		return FString(Text);
	}
	bool StartsWith(const TCHAR* Part) const { return Value.rfind(Part, 0) == 0; }
	FString Right(int32 Count) const { return FString(Value.substr(Value.size() - std::min(Value.size(), static_cast<size_t>(Count)))); }
	/** Lines without their ends; empty ones are left out when bCullEmpty. */
	int32 ParseIntoArrayLines(TArray<FString>& OutLines, bool bCullEmpty = true) const;
	static FString Printf(const TCHAR* Format, ...);
	static FString FromInt(int32 Number) { return FString(std::to_wstring(Number)); }
	static FString SanitizeFloat(double Number) { return FString(std::to_wstring(Number)); }

private:
	std::wstring Value;
};

class FName
{
public:
	FName() = default;
	FName(const TCHAR* Text) : Value(Text) {}
	friend bool operator==(const FName& A, const FName& B) { return A.Value == B.Value; }
	FString ToString() const { return Value; }

private:
	FString Value;
};
#define NAME_None FName()

class FText
{
public:
	FText() = default;
	static FText FromString(const FString& Text)
	{
		FText Out;
		Out.Value = Text;
		return Out;
	}
	const FString& ToString() const { return Value; }

private:
	FString Value;
};
#define LOCTEXT(Key, Text) FText::FromString(TEXT(Text))

namespace StandIn
{
	std::string ToUtf8(const TCHAR* Text);
	std::wstring FromUtf8(const char* Text);
}

class FTCHARToUTF8
{
public:
	explicit FTCHARToUTF8(const TCHAR* Text) : Value(StandIn::ToUtf8(Text)) {}
	const ANSICHAR* Get() const { return Value.c_str(); }

private:
	std::string Value;
};
class FUTF8ToTCHAR
{
public:
	explicit FUTF8ToTCHAR(const ANSICHAR* Text) : Value(StandIn::FromUtf8(Text)) {}
	const TCHAR* Get() const { return Value.c_str(); }

private:
	std::wstring Value;
};
#define UTF8_TO_TCHAR(Text) FUTF8ToTCHAR(Text).Get()

enum class ESPMode : uint8
{
	NotThreadSafe,
	ThreadSafe
};

template <typename T, ESPMode Mode = ESPMode::ThreadSafe>
class TSharedRef;

template <typename T, ESPMode Mode = ESPMode::ThreadSafe>
class TSharedPtr
{
public:
	TSharedPtr() = default;
	TSharedPtr(std::nullptr_t) {}
	explicit TSharedPtr(std::shared_ptr<T> InPointer) : Pointer(std::move(InPointer)) {}
	template <typename U, typename = std::enable_if_t<std::is_convertible_v<U*, T*>>>
	TSharedPtr(const TSharedPtr<U, Mode>& Other) : Pointer(Other.StandInPointer())
	{
	}
	template <typename U, typename = std::enable_if_t<std::is_convertible_v<U*, T*>>>
	TSharedPtr(const TSharedRef<U, Mode>& Other) : Pointer(Other.StandInPointer())
	{
	}
	bool IsValid() const { return Pointer != nullptr; }
	T* Get() const { return Pointer.get(); }
	T* operator->() const { return Pointer.get(); }
	T& operator*() const { return *Pointer; }
	void Reset() { Pointer.reset(); }
	TSharedRef<T, Mode> ToSharedRef() const;
	friend bool operator==(const TSharedPtr& A, const TSharedPtr& B) { return A.Pointer == B.Pointer; }
	friend bool operator!=(const TSharedPtr& A, const TSharedPtr& B) { return A.Pointer != B.Pointer; }
	const std::shared_ptr<T>& StandInPointer() const { return Pointer; }

private:
	std::shared_ptr<T> Pointer;
};

template <typename T, ESPMode Mode>
class TSharedRef
{
public:
	explicit TSharedRef(std::shared_ptr<T> InPointer) : Pointer(std::move(InPointer)) { check(Pointer != nullptr); }
	template <typename U, typename = std::enable_if_t<std::is_convertible_v<U*, T*>>>
	TSharedRef(const TSharedRef<U, Mode>& Other) : Pointer(Other.StandInPointer())
	{
	}
	T& Get() const { return *Pointer; }
	T* operator->() const { return Pointer.get(); }
	T& operator*() const { return *Pointer; }
	const std::shared_ptr<T>& StandInPointer() const { return Pointer; }

private:
	std::shared_ptr<T> Pointer;
};

template <typename T, ESPMode Mode>
TSharedRef<T, Mode> TSharedPtr<T, Mode>::ToSharedRef() const
{
	return TSharedRef<T, Mode>(Pointer);
}

template <typename T, ESPMode Mode = ESPMode::ThreadSafe>
class TWeakPtr
{
public:
	TWeakPtr() = default;
	TWeakPtr(const TSharedRef<T, Mode>& Other) : Pointer(Other.StandInPointer()) {}
	TWeakPtr(const TSharedPtr<T, Mode>& Other) : Pointer(Other.StandInPointer()) {}
	TSharedPtr<T, Mode> Pin() const { return TSharedPtr<T, Mode>(Pointer.lock()); }
	bool IsValid() const { return !Pointer.expired(); }

private:
	std::weak_ptr<T> Pointer;
};

template <typename T, ESPMode Mode = ESPMode::ThreadSafe, typename... Args>
TSharedRef<T, Mode> MakeShared(Args&&... Arguments)
{
	return TSharedRef<T, Mode>(std::make_shared<T>(std::forward<Args>(Arguments)...));
}

template <typename T>
class TUniquePtr : public std::unique_ptr<T>
{
public:
	using std::unique_ptr<T>::unique_ptr;
	TUniquePtr(std::unique_ptr<T>&& Other) : std::unique_ptr<T>(std::move(Other)) {}
	T* Get() const { return this->get(); }
	bool IsValid() const { return this->get() != nullptr; }
	void Reset() { this->reset(); }
};
template <typename T, typename... Args>
TUniquePtr<T> MakeUnique(Args&&... Arguments)
{
	return TUniquePtr<T>(std::make_unique<T>(std::forward<Args>(Arguments)...));
}

template <typename T>
class TOptional
{
};

enum class EQueueMode
{
	Mpsc,
	Spsc
};
/** The engine's is without locks; here a lock keeps it simple. */
template <typename T, EQueueMode Mode = EQueueMode::Spsc>
class TQueue
{
public:
	bool Enqueue(const T& Item)
	{
		const std::lock_guard<std::mutex> Lock(Mutex);
		Items.push_back(Item);
		return true;
	}
	bool Dequeue(T& OutItem)
	{
		const std::lock_guard<std::mutex> Lock(Mutex);
		if (Items.empty())
		{
			return false;
		}
		OutItem = Items.front();
		Items.erase(Items.begin());
		return true;
	}

private:
	std::mutex Mutex;
	std::vector<T> Items;
};

struct FMath
{
	template <typename T>
	static T Clamp(T Value, T Low, T High)
	{
		return std::min(std::max(Value, Low), High);
	}
	template <typename T>
	static T Max(T A, T B)
	{
		return std::max(A, B);
	}
	template <typename T>
	static T Min(T A, T B)
	{
		return std::min(A, B);
	}
	static float Sin(float Value) { return std::sin(Value); }
	static float Cos(float Value) { return std::cos(Value); }
	static int32 RoundToInt(float Value) { return static_cast<int32>(std::lround(Value)); }
};

namespace ELogVerbosity
{
	enum Type : uint8
	{
		Error,
		Warning,
		Display,
		Log,
		Verbose,
		All
	};
}
struct FLogCategory
{
	const TCHAR* Name;
};
#define DECLARE_LOG_CATEGORY_EXTERN(Category, Default, Compiled) extern const FLogCategory Category
#define DEFINE_LOG_CATEGORY(Category) const FLogCategory Category{TEXT(#Category)}
#define UE_LOG(Category, Verbosity, Format, ...) StandIn::Log(Category, ELogVerbosity::Verbosity, FString::Printf(Format, ##__VA_ARGS__))
namespace StandIn
{
	void Log(const FLogCategory& Category, ELogVerbosity::Type Verbosity, const FString& Line);
	/** Every line since the last call. */
	std::vector<std::wstring> TakeLog();
}

struct FPlatformTime
{
	static double Seconds();
};
/** On Unix the engine's handle is of a state that only CloseProc lets go. */
struct FProcHandle
{
	int64 Id = 0;
	bool IsValid() const { return Id != 0; }
	void Reset() { Id = 0; }
};
struct FPlatformProcess
{
	static void Sleep(float Seconds);
	static void* GetDllHandle(const TCHAR* Filename);
	static void FreeDllHandle(void* Handle);
	static uint32 GetCurrentProcessId();
	static bool LaunchFileInDefaultExternalApplication(const TCHAR* FileName);
	// CreateProc, TerminateProc, IsProcRunning, CloseProc, GetProcReturnCode, pipes: argument lists as in public launchers of 5.x. Real
	// processes, with what FUnixPlatformProcess does: a name without a slash is looked for in PATH, TerminateProc asks (SIGTERM), and
	// CloseProc of a process that was not launched detached waits until it has ended.
	static FProcHandle CreateProc(const TCHAR* Url, const TCHAR* Params, bool bLaunchDetached, bool bLaunchHidden, bool bLaunchReallyHidden,
		uint32* OutProcessId, int32 PriorityModifier, const TCHAR* OptionalWorkingDirectory, void* PipeWriteChild, void* PipeReadChild = nullptr);
	static bool IsProcRunning(FProcHandle& Handle);
	static bool GetProcReturnCode(FProcHandle& Handle, int32* OutReturnCode);
	static void TerminateProc(FProcHandle& Handle, bool bKillTree = false);
	static void CloseProc(FProcHandle& Handle);
	static bool CreatePipe(void*& OutReadPipe, void*& OutWritePipe, bool bWritePipeLocal = false);
	static FString ReadPipe(void* ReadPipe);
	static void ClosePipe(void* ReadPipe, void* WritePipe);
};
struct FPlatformMisc
{
	static FString GetEnvironmentVariable(const TCHAR* Name);
	/** An empty value takes the variable away. */
	static void SetEnvironmentVar(const TCHAR* Name, const TCHAR* Value);
};
struct FPaths
{
	template <typename... Parts>
	static FString Combine(const FString& First, const Parts&... Others)
	{
		FString Path = First;
		((Path += FString(Path.EndsWith(TEXT("/")) ? TEXT("") : TEXT("/")) + FString(Others)), ...);
		return Path;
	}
	static FString ProjectDir();
	static FString ProjectSavedDir();
	static FString ConvertRelativePathToFull(const FString& Path) { return Path; }
	static bool FileExists(const FString& Path);
};
class IFileManager
{
public:
	static IFileManager& Get();
	bool MakeDirectory(const TCHAR* Path, bool bTree = false);
};
struct FApp
{
	static const TCHAR* GetProjectName() { return TEXT("StandIn"); }
	static bool CanEverRender();
	static bool UseFixedTimeStep();
};
bool IsRunningDedicatedServer();
bool IsRunningCommandlet();
struct FCommandLine
{
	static const TCHAR* Get();
};
struct FParse
{
	static bool Value(const TCHAR* Stream, const TCHAR* Match, FString& OutValue);
};
namespace StandIn
{
	/** What kind of process the engine is. */
	struct FProcessKind
	{
		bool bDedicatedServer = false;
		bool bCommandlet = false;
		bool bCanRender = true;
		bool bFixedTimeStep = false;
		std::wstring CommandLine;
		/** Of the project; Saved lies in it. */
		std::wstring ProjectFolder = TEXT("/StandIn/Game");
	};
	FProcessKind& GetProcessKind();
	/** What was given to other programs to be shown. */
	std::vector<std::wstring>& GetOpenedFiles();
}
/** Counts on the render thread, and on the game thread. */
extern uint32 GFrameCounterRenderThread;
extern uint64 GFrameCounter;

template <typename Enum>
constexpr bool EnumHasAnyFlags(Enum Flags, Enum Contains)
{
	using Number = std::underlying_type_t<Enum>;
	return (static_cast<Number>(Flags) & static_cast<Number>(Contains)) != 0;
}
#define ENUM_CLASS_FLAGS(Enum)                                                                              \
	inline constexpr Enum operator|(Enum A, Enum B)                                                          \
	{                                                                                                        \
		return static_cast<Enum>(static_cast<std::underlying_type_t<Enum>>(A) | static_cast<std::underlying_type_t<Enum>>(B)); \
	}

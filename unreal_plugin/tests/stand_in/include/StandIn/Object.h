// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
// Part of a stand-in for Unreal Engine, written by hand for tests: see unreal_plugin/tests/stand_in/README.md.
#pragma once

// UObject and what the header tool makes of the reflection macros.
#include "StandIn/Delegates.h"
#include "StandIn/Math.h"

#define UCLASS(...)
#define USTRUCT(...)
#define UENUM(...)
#define UFUNCTION(...)
#define UPROPERTY(...)
#define UMETA(...)
#define BODY_MACRO_COMBINE_INNER(A, B, C, D) A##B##C##D
#define BODY_MACRO_COMBINE(A, B, C, D) BODY_MACRO_COMBINE_INNER(A, B, C, D)
#define GENERATED_BODY(...) BODY_MACRO_COMBINE(CURRENT_FILE_ID, _, __LINE__, _GENERATED_BODY)

class UClass
{
public:
	UClass(const TCHAR* InName, const UClass* InSuper) : Name(InName), Super(InSuper) {}
	bool IsChildOf(const UClass* Other) const
	{
		for (const UClass* Class = this; Class != nullptr; Class = Class->Super)
		{
			if (Class == Other)
			{
				return true;
			}
		}
		return false;
	}
	FString GetName() const { return Name; }
	const TCHAR* const Name;
	const UClass* const Super;
};

class UObject
{
public:
	UObject();
	virtual ~UObject();
	UObject(const UObject&) = delete;
	UObject& operator=(const UObject&) = delete;
	static UClass* StaticClass()
	{
		static UClass Class(TEXT("Object"), nullptr);
		return &Class;
	}
	virtual UClass* GetClass() const { return StaticClass(); }
	virtual void BeginDestroy() {}
	virtual class UWorld* GetWorld() const { return nullptr; }
	bool IsA(const UClass* Class) const { return GetClass()->IsChildOf(Class); }
	FString GetName() const { return GetClass()->Name; }

	std::shared_ptr<int> StandInAlive = std::make_shared<int>(0);
	/** All that live, the default objects apart. */
	static std::vector<UObject*>& StandInAll();
};
/** For the stand-in's own classes; the plugin's have GENERATED_BODY. */
#define STAND_IN_CLASS(Name, Base)                                                  \
public:                                                                             \
	typedef Base Super;                                                             \
	static UClass* StaticClass()                                                    \
	{                                                                               \
		static UClass Class(TEXT(#Name), Base::StaticClass());                       \
		return &Class;                                                              \
	}                                                                               \
	virtual UClass* GetClass() const override { return StaticClass(); }

namespace StandIn
{
	/** As the garbage collector does. */
	void Destroy(UObject* Object);
}

template <typename To, typename From>
To* Cast(From* Object)
{
	return Object != nullptr && Object->IsA(To::StaticClass()) ? static_cast<To*>(Object) : nullptr;
}
template <typename To, typename From>
const To* Cast(const From* Object)
{
	return Object != nullptr && Object->IsA(To::StaticClass()) ? static_cast<const To*>(Object) : nullptr;
}

template <typename T>
class TObjectPtr
{
public:
	TObjectPtr() = default;
	TObjectPtr(T* InObject) : Object(InObject) {}
	operator T*() const { return Object; }
	T* operator->() const { return Object; }
	T* Get() const { return Object; }

private:
	T* Object = nullptr;
};

template <typename Enum>
class TEnumAsByte
{
public:
	TEnumAsByte() = default;
	TEnumAsByte(Enum InValue) : Value(static_cast<uint8>(InValue)) {}
	operator Enum() const { return static_cast<Enum>(Value); }
	Enum GetValue() const { return static_cast<Enum>(Value); }

private:
	uint8 Value = 0;
};

template <typename T>
class TWeakObjectPtr
{
public:
	TWeakObjectPtr() = default;
	TWeakObjectPtr(T* InObject) { *this = InObject; }
	TWeakObjectPtr& operator=(T* InObject)
	{
		Object = InObject;
		Alive = InObject != nullptr ? InObject->StandInAlive : std::weak_ptr<int>();
		return *this;
	}
	T* Get() const { return Alive.expired() ? nullptr : Object; }
	friend bool operator==(const TWeakObjectPtr& A, const TWeakObjectPtr& B) { return A.Get() == B.Get(); }
	bool IsValid() const { return Get() != nullptr; }
	T* operator->() const { return Get(); }

private:
	T* Object = nullptr;
	std::weak_ptr<int> Alive;
};

class UPackage : public UObject
{
	STAND_IN_CLASS(Package, UObject)
};
inline UPackage* GetTransientPackage()
{
	static UPackage Package;
	return &Package;
}
template <typename T>
T* NewObject(UObject* = nullptr)
{
	return new T();
}
template <typename T>
const T* GetDefault()
{
	static const T Default;
	return &Default;
}
template <typename T>
T* GetMutableDefault()
{
	return const_cast<T*>(GetDefault<T>());
}
template <typename T>
class TObjectIterator
{
public:
	TObjectIterator()
	{
		for (UObject* Object : UObject::StandInAll())
		{
			if (T* Found = Cast<T>(Object))
			{
				Objects.push_back(Found);
			}
		}
	}
	explicit operator bool() const { return Next < Objects.size(); }
	void operator++() { ++Next; }
	T* operator*() const { return Objects[Next]; }
	T* operator->() const { return Objects[Next]; }

private:
	std::vector<T*> Objects;
	size_t Next = 0;
};

class UDeveloperSettings : public UObject
{
	STAND_IN_CLASS(DeveloperSettings, UObject)
	virtual FName GetContainerName() const { return FName(TEXT("Project")); }
	virtual FName GetCategoryName() const { return NAME_None; }
};

// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
// Part of a stand-in for Unreal Engine, written by hand for tests: see unreal_plugin/tests/stand_in/README.md.
#pragma once

// Slate: declarative widgets (SNew, slots, attributes) and the tab manager. Forms: CesiumGS/cesium-unreal, CesiumEditor.cpp, CesiumPanel.cpp,
// IonLoginPanel.cpp (5.6 to 5.8); MakeLines with TArray<FVector2f>: public editor plugins of 5.2 to 5.8.
#include "StandIn/Engine.h"

struct FPaintGeometry
{
};
struct FGeometry
{
	FVector2D GetLocalSize() const { return FVector2D(320, 80); }
	FPaintGeometry ToPaintGeometry() const { return FPaintGeometry(); }
};
struct FPaintArgs
{
};
struct FSlateRect
{
};
struct FWidgetStyle
{
};
class FSlateWindowElementList
{
public:
	std::vector<std::vector<FVector2f>> StandInLines;
};
enum class ESlateDrawEffect : uint8
{
	None
};
struct FSlateDrawElement
{
	static void MakeLines(FSlateWindowElementList& Elements, uint32, const FPaintGeometry&, const TArray<FVector2f>& Points, ESlateDrawEffect,
		const FLinearColor&, bool, float)
	{
		Elements.StandInLines.emplace_back(Points.begin(), Points.end());
	}
};
struct FSlateBrush
{
	void SetResourceObject(UObject* Object) { Resource = Object; }
	UObject* GetResourceObject() const { return Resource; }
	FVector2D ImageSize;

private:
	UObject* Resource = nullptr;
};
class FReply
{
public:
	static FReply Handled() { return FReply(); }
};

class SWidget
{
public:
	virtual ~SWidget() = default;
	virtual void Tick(const FGeometry&, const double, const float) {}
	/** Engines are built without RTTI. */
	virtual std::wstring StandInKind() const { return TEXT("SWidget"); }
	std::vector<std::shared_ptr<SWidget>> StandInChildren;
};

#define SLATE_BEGIN_ARGS(Type)             \
	struct FArguments                      \
	{                                      \
		using WidgetType = Type;           \
		using WidgetArgsType = FArguments; \
		FArguments()
#define SLATE_ARGUMENT(Type, Name)               \
	WidgetArgsType& Name(const Type& InArgument)  \
	{                                             \
		_##Name = InArgument;                      \
		return *this;                              \
	}                                             \
	Type _##Name = {};
#define SLATE_END_ARGS() \
	}                    \
	;

namespace StandIn
{
	/** SNew(Type).Argument(...)[Child] */
	template <typename Widget>
	struct TMake
	{
		TSharedRef<Widget> operator<<=(const typename Widget::FArguments& Arguments) const
		{
			TSharedRef<Widget> Made = MakeShared<Widget>();
			Made->Construct(Arguments);
			return Made;
		}
	};
	template <typename Widget>
	struct TAssign
	{
		TSharedPtr<Widget>& Target;
		TSharedRef<Widget> operator<<=(const typename Widget::FArguments& Arguments) const
		{
			const TSharedRef<Widget> Made = TMake<Widget>() <<= Arguments;
			Target = Made;
			return Made;
		}
	};
	template <typename Self>
	struct TWithChild
	{
		template <typename Widget>
		Self& operator[](const TSharedRef<Widget>& InChild)
		{
			Child = InChild.StandInPointer();
			return static_cast<Self&>(*this);
		}
		std::shared_ptr<SWidget> Child;
	};
}
#define SNew(Type, ...) StandIn::TMake<Type>() <<= Type::FArguments()
#define SAssignNew(Pointer, Type, ...) StandIn::TAssign<Type>{Pointer} <<= Type::FArguments()

class SCompoundWidget : public SWidget
{
public:
	void Tick(const FGeometry&, const double, const float) override {}

protected:
	struct FChildSlot
	{
		template <typename Widget>
		void operator[](const TSharedRef<Widget>& Child)
		{
			Owner.StandInChildren.push_back(Child.StandInPointer());
		}
		SWidget& Owner;
	};
	FChildSlot ChildSlot{*this};
};
class SLeafWidget : public SWidget
{
public:
	std::wstring StandInKind() const override { return TEXT("SLeafWidget"); }
	virtual int32 OnPaint(const FPaintArgs& Args, const FGeometry& AllottedGeometry, const FSlateRect& MyCullingRect, FSlateWindowElementList& OutDrawElements,
		int32 LayerId, const FWidgetStyle& InWidgetStyle, bool bParentEnabled) const = 0;
	virtual FVector2D ComputeDesiredSize(float) const = 0;
};

class STextBlock : public SWidget
{
public:
	std::wstring StandInKind() const override { return TEXT("STextBlock"); }
	struct FArguments
	{
		FArguments& ToolTipText(const FText&) { return *this; }
		FArguments& AutoWrapText(bool) { return *this; }
		FArguments& Text(const FText& InText)
		{
			Get = [InText] { return InText; };
			return *this;
		}
		FArguments& Text_Lambda(std::function<FText()> InGet)
		{
			Get = std::move(InGet);
			return *this;
		}
		std::function<FText()> Get;
	};
	void Construct(const FArguments& Arguments) { StandInText = Arguments.Get; }
	std::function<FText()> StandInText;
};
class SButton : public SWidget
{
public:
	std::wstring StandInKind() const override { return TEXT("SButton"); }
	struct FArguments
	{
		FArguments& Text(const FText& InText)
		{
			Get = [InText] { return InText; };
			return *this;
		}
		FArguments& Text_Lambda(std::function<FText()> InGet)
		{
			Get = std::move(InGet);
			return *this;
		}
		FArguments& ToolTipText(const FText&) { return *this; }
		FArguments& OnClicked_Lambda(std::function<FReply()> InClicked)
		{
			Clicked = std::move(InClicked);
			return *this;
		}
		std::function<FText()> Get;
		std::function<FReply()> Clicked;
	};
	void Construct(const FArguments& Arguments)
	{
		StandInText = Arguments.Get;
		StandInClick = Arguments.Clicked;
	}
	std::function<FText()> StandInText;
	std::function<FReply()> StandInClick;
};
// SSlider, SCheckBox, SEditableTextBox, SWrapBox: public editor plugins of 4.26 to 5.6.
class SSlider : public SWidget
{
public:
	std::wstring StandInKind() const override { return TEXT("SSlider"); }
	struct FArguments
	{
		FArguments& MinValue(float InValue)
		{
			Minimum = InValue;
			return *this;
		}
		FArguments& MaxValue(float InValue)
		{
			Maximum = InValue;
			return *this;
		}
		FArguments& Value(float InValue)
		{
			Current = InValue;
			return *this;
		}
		FArguments& OnValueChanged_Lambda(std::function<void(float)> InChanged)
		{
			Changed = std::move(InChanged);
			return *this;
		}
		float Minimum = 0.0f, Maximum = 1.0f, Current = 0.0f;
		std::function<void(float)> Changed;
	};
	void Construct(const FArguments& Arguments) { StandInArguments = Arguments; }
	FArguments StandInArguments;
};
enum class ECheckBoxState : uint8
{
	Unchecked,
	Checked
};
class SCheckBox : public SWidget
{
public:
	std::wstring StandInKind() const override { return TEXT("SCheckBox"); }
	struct FArguments
	{
		FArguments& IsChecked(ECheckBoxState InState)
		{
			State = InState;
			return *this;
		}
		FArguments& OnCheckStateChanged_Lambda(std::function<void(ECheckBoxState)> InChanged)
		{
			Changed = std::move(InChanged);
			return *this;
		}
		ECheckBoxState State = ECheckBoxState::Unchecked;
		std::function<void(ECheckBoxState)> Changed;
	};
	void Construct(const FArguments& Arguments) { StandInArguments = Arguments; }
	FArguments StandInArguments;
};
namespace ETextCommit
{
	enum Type
	{
		Default,
		OnEnter,
		OnUserMovedFocus,
		OnCleared
	};
}
class SEditableTextBox : public SWidget
{
public:
	std::wstring StandInKind() const override { return TEXT("SEditableTextBox"); }
	struct FArguments
	{
		FArguments& Text(const FText& InText)
		{
			Current = InText;
			return *this;
		}
		FArguments& OnTextCommitted_Lambda(std::function<void(const FText&, ETextCommit::Type)> InCommitted)
		{
			Committed = std::move(InCommitted);
			return *this;
		}
		FText Current;
		std::function<void(const FText&, ETextCommit::Type)> Committed;
	};
	void Construct(const FArguments& Arguments) { StandInArguments = Arguments; }
	FArguments StandInArguments;
};
class SImage : public SWidget
{
public:
	std::wstring StandInKind() const override { return TEXT("SImage"); }
	struct FArguments
	{
		FArguments& Image(const FSlateBrush* InBrush)
		{
			Brush = InBrush;
			return *this;
		}
		const FSlateBrush* Brush = nullptr;
	};
	void Construct(const FArguments& Arguments) { StandInBrush = Arguments.Brush; }
	const FSlateBrush* StandInBrush = nullptr;
};
class SBox : public SWidget
{
public:
	struct FArguments : StandIn::TWithChild<FArguments>
	{
		FArguments& WidthOverride(float) { return *this; }
		FArguments& HeightOverride(float) { return *this; }
	};
	void Construct(const FArguments& Arguments) { StandInChildren.push_back(Arguments.Child); }
};
template <typename Self>
class TStandInPanel : public SWidget
{
public:
	struct FSlot : StandIn::TWithChild<FSlot>
	{
		FSlot& AutoHeight() { return *this; }
		FSlot& AutoWidth() { return *this; }
		FSlot& Padding(float) { return *this; }
	};
	struct FArguments
	{
		FArguments& operator+(const FSlot& Slot)
		{
			Slots.push_back(Slot);
			return *this;
		}
		std::vector<FSlot> Slots;
	};
	static FSlot Slot() { return FSlot(); }
	void Construct(const FArguments& Arguments)
	{
		for (const FSlot& Slot : Arguments.Slots)
		{
			StandInChildren.push_back(Slot.Child);
		}
	}
	/** The slot's child is known when the returned object goes. */
	struct FAdded : FSlot
	{
		explicit FAdded(SWidget& InOwner) : Owner(InOwner) {}
		~FAdded() { Owner.StandInChildren.push_back(this->Child); }
		FAdded& AutoWidth() { return *this; }
		FAdded& AutoHeight() { return *this; }
		FAdded& Padding(float) { return *this; }
		SWidget& Owner;
	};
	FAdded AddSlot() { return FAdded(*this); }
	void ClearChildren() { StandInChildren.clear(); }
};
class SVerticalBox : public TStandInPanel<SVerticalBox>
{
};
class SHorizontalBox : public TStandInPanel<SHorizontalBox>
{
};
class SWrapBox : public TStandInPanel<SWrapBox>
{
public:
	struct FArguments : TStandInPanel<SWrapBox>::FArguments
	{
		FArguments& UseAllottedSize(bool) { return *this; }
	};
};

enum ETabRole
{
	NomadTab
};
class SDockTab : public SWidget
{
public:
	struct FArguments : StandIn::TWithChild<FArguments>
	{
		FArguments& TabRole(ETabRole) { return *this; }
	};
	void Construct(const FArguments& Arguments) { StandInChildren.push_back(Arguments.Child); }
};
struct FSpawnTabArgs
{
};
using FOnSpawnTab = TStandInDelegate<TSharedRef<SDockTab>, const FSpawnTabArgs&>;
struct FWorkspaceItem
{
};
struct FTabSpawnerEntry
{
	FTabSpawnerEntry& SetGroup(const TSharedRef<FWorkspaceItem>&) { return *this; }
	FTabSpawnerEntry& SetDisplayName(const FText&) { return *this; }
	FTabSpawnerEntry& SetTooltipText(const FText&) { return *this; }
};
class FGlobalTabmanager
{
public:
	static TSharedRef<FGlobalTabmanager> Get()
	{
		static TSharedRef<FGlobalTabmanager> Manager = MakeShared<FGlobalTabmanager>();
		return Manager;
	}
	FTabSpawnerEntry& RegisterNomadTabSpawner(const FName&, const FOnSpawnTab& OnSpawnTab)
	{
		StandInSpawn = OnSpawnTab;
		return Entry;
	}
	bool UnregisterNomadTabSpawner(const FName&)
	{
		StandInSpawn = FOnSpawnTab();
		return true;
	}
	FOnSpawnTab StandInSpawn;

private:
	FTabSpawnerEntry Entry;
};
namespace WorkspaceMenu
{
	struct IWorkspaceMenuStructure
	{
		TSharedRef<FWorkspaceItem> GetLevelEditorCategory() const { return MakeShared<FWorkspaceItem>(); }
	};
	inline IWorkspaceMenuStructure& GetMenuStructure()
	{
		static IWorkspaceMenuStructure Structure;
		return Structure;
	}
}
struct FEditorDelegates
{
	static TStandInMulticast<bool> EndPIE;
};

// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "LSDControlValue.h"

#include "control_text.h"
#include "conventions.h"

FLSDControlValue FLSDControlValue::FromText(const FString& InText)
{
	FLSDControlValue Value;
	Value.Text = InText;
	return Value;
}

FLSDControlValue FLSDControlValue::FromNumber(float Number)
{
	FLSDControlValue Value;
	Value.Kind = ELSDControlKind::Number;
	Value.Numbers[0] = Number;
	return Value;
}

FLSDControlValue FLSDControlValue::FromFlag(bool bFlag)
{
	FLSDControlValue Value;
	Value.Kind = ELSDControlKind::Flag;
	Value.Numbers[0] = bFlag ? 1.0f : 0.0f;
	return Value;
}

FLSDControlValue FLSDControlValue::FromSeed(int64 InSeed)
{
	FLSDControlValue Value;
	Value.Kind = ELSDControlKind::Seed;
	Value.Seed = InSeed;
	return Value;
}

FLSDControlValue FLSDControlValue::FromDirection(const FVector& Direction)
{
	const FVector Unit = Direction.GetSafeNormal();
	const std::array<float, 3> Towards = lsd_unreal::direction_to_protocol(Unit.X, Unit.Y, Unit.Z);
	FLSDControlValue Value;
	Value.Kind = ELSDControlKind::Direction;
	for (int32 Index = 0; Index < 3; ++Index)
	{
		Value.Numbers[Index] = Towards[Index];
	}
	return Value;
}

FLSDControlValue FLSDControlValue::FromColor(const FLinearColor& Color)
{
	FLSDControlValue Value;
	Value.Kind = ELSDControlKind::Color;
	Value.Numbers[0] = Color.R;
	Value.Numbers[1] = Color.G;
	Value.Numbers[2] = Color.B;
	return Value;
}

bool FLSDControlValue::Parse(const FLSDControlInfo& Control, const FString& Value, FLSDControlValue& Out, FString& OutError)
{
	const std::string Said = FTCHARToUTF8(*Value).Get();
	double Number = 0.0;
	bool bFlag = false;
	int64 Seed = 0;
	std::array<double, 3> Three = {};
	const TCHAR* Wanted = nullptr;
	switch (Control.Kind)
	{
	case ELSDControlKind::Number:
		Wanted = lsd_unreal::number_from_text(Said, Number) ? nullptr : TEXT("a number");
		Out = FromNumber(static_cast<float>(Number));
		break;
	case ELSDControlKind::Flag:
		Wanted = lsd_unreal::flag_from_text(Said, bFlag) ? nullptr : TEXT("on or off");
		Out = FromFlag(bFlag);
		break;
	case ELSDControlKind::Seed:
		Wanted = lsd_unreal::seed_from_text(Said, Seed) ? nullptr : TEXT("a whole number from 0");
		Out = FromSeed(Seed);
		break;
	case ELSDControlKind::Direction:
		Wanted = lsd_unreal::vector_from_text(Said, Three) ? nullptr : TEXT("a direction of the world, such as 0 0 1");
		Out = FromDirection(FVector(Three[0], Three[1], Three[2]));
		break;
	case ELSDControlKind::Color:
		Wanted = lsd_unreal::color_from_text(Said, Three) ? nullptr : TEXT("a color, such as #ff8000");
		Out = FromColor(FLinearColor(static_cast<float>(Three[0]), static_cast<float>(Three[1]), static_cast<float>(Three[2]), 1.0f));
		break;
	default:
		// What words there are, the daemon says.
		Out = FromText(Value);
		break;
	}
	if (Wanted != nullptr)
	{
		OutError = FString::Printf(TEXT("The control %s takes %s, not \"%s\"."), *Control.Name, Wanted, *Value);
		return false;
	}
	return true;
}

lsd_status FLSDControlValue::Add(lsd_stream* Stream, const FString& Name) const
{
	const FTCHARToUTF8 NameUtf8(*Name);
	switch (Kind)
	{
	case ELSDControlKind::Number:
		return lsd_stream_control_float(Stream, NameUtf8.Get(), Numbers[0]);
	case ELSDControlKind::Flag:
		return lsd_stream_control_flag(Stream, NameUtf8.Get(), Numbers[0] != 0.0f ? 1 : 0);
	case ELSDControlKind::Seed:
		return lsd_stream_control_int(Stream, NameUtf8.Get(), Seed);
	case ELSDControlKind::Direction:
	case ELSDControlKind::Color:
		return lsd_stream_control_floats(Stream, NameUtf8.Get(), Numbers, 3);
	default:
		return lsd_stream_control_string(Stream, NameUtf8.Get(), FTCHARToUTF8(*Text).Get());
	}
}

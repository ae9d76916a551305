// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "SLSDLatencyGraph.h"

#include "Rendering/DrawElements.h"

int32 SLSDLatencyGraph::OnPaint(const FPaintArgs&, const FGeometry& AllottedGeometry, const FSlateRect&, FSlateWindowElementList& OutDrawElements, int32 LayerId,
	const FWidgetStyle&, bool) const
{
	const int32 Count = Samples.count();
	if (Count < 2)
	{
		return LayerId;
	}
	const FVector2D LocalSize(AllottedGeometry.GetLocalSize());
	const FVector2f Size(static_cast<float>(LocalSize.X), static_cast<float>(LocalSize.Y));
	const float Scale = Size.Y / FMath::Max(Samples.max(), 1.0f);
	TArray<FVector2f> Points;
	Points.Reserve(Count);
	for (int32 Index = 0; Index < Count; ++Index)
	{
		Points.Add(FVector2f(Size.X * static_cast<float>(Index) / static_cast<float>(Count - 1), Size.Y - Samples[Index] * Scale));
	}
	FSlateDrawElement::MakeLines(
		OutDrawElements, LayerId, AllottedGeometry.ToPaintGeometry(), Points, ESlateDrawEffect::None, FLinearColor(0.2f, 0.8f, 0.4f, 1.0f), true, 1.5f);
	return LayerId + 1;
}

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
	const FVector2D Size(AllottedGeometry.GetLocalSize());
	const double Scale = Size.Y / FMath::Max(static_cast<double>(Samples.max()), 1.0);
	TArray<FVector2D> Points;
	Points.Reserve(Count);
	for (int32 Index = 0; Index < Count; ++Index)
	{
		Points.Add(FVector2D(Size.X * Index / (Count - 1), Size.Y - Samples[Index] * Scale));
	}
	FSlateDrawElement::MakeLines(
		OutDrawElements, LayerId, AllottedGeometry.ToPaintGeometry(), Points, ESlateDrawEffect::None, FLinearColor(0.2f, 0.8f, 0.4f, 1.0f), true, 1.5f);
	return LayerId + 1;
}

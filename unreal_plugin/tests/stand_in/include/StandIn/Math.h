// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
// Part of a stand-in for Unreal Engine, written by hand for tests: see unreal_plugin/tests/stand_in/README.md.
#pragma once

// Vectors, matrices, rectangles (FMatrix is of doubles since 5.0; FMatrix44f and FVector2f are what shaders take).
#include "StandIn/Core.h"

struct FVector
{
	double X = 0, Y = 0, Z = 0;
	FVector() = default;
	FVector(double InX, double InY, double InZ) : X(InX), Y(InY), Z(InZ) {}
	FVector operator-() const { return FVector(-X, -Y, -Z); }
	bool IsNearlyZero() const { return std::abs(X) < 1e-4 && std::abs(Y) < 1e-4 && std::abs(Z) < 1e-4; }
	FVector GetSafeNormal() const
	{
		const double Length = std::sqrt(X * X + Y * Y + Z * Z);
		return Length > 1e-8 ? FVector(X / Length, Y / Length, Z / Length) : FVector();
	}
	friend FVector operator-(const FVector& A, const FVector& B) { return FVector(A.X - B.X, A.Y - B.Y, A.Z - B.Z); }
	static double DistSquared(const FVector& A, const FVector& B)
	{
		const FVector Step = A - B;
		return Step.X * Step.X + Step.Y * Step.Y + Step.Z * Step.Z;
	}
	static const FVector ZeroVector;
};
inline const FVector FVector::ZeroVector;

struct FRotator
{
	double Pitch = 0, Yaw = 0, Roll = 0;
	FRotator() = default;
	FRotator(double InPitch, double InYaw, double InRoll) : Pitch(InPitch), Yaw(InYaw), Roll(InRoll) {}
};

struct FVector2D
{
	double X = 0, Y = 0;
	FVector2D() = default;
	FVector2D(double InX, double InY) : X(InX), Y(InY) {}
};

struct FVector2f
{
	float X = 0, Y = 0;
	FVector2f() = default;
	FVector2f(float InX, float InY) : X(InX), Y(InY) {}
};

struct FVector4f
{
	float X = 0, Y = 0, Z = 0, W = 0;
	FVector4f() = default;
	FVector4f(float InX, float InY, float InZ, float InW) : X(InX), Y(InY), Z(InZ), W(InW) {}
};

struct FUintVector4
{
	uint32 X = 0, Y = 0, Z = 0, W = 0;
	FUintVector4() = default;
	FUintVector4(uint32 InX, uint32 InY, uint32 InZ, uint32 InW) : X(InX), Y(InY), Z(InZ), W(InW) {}
	uint32 operator[](int32 Index) const { return Index == 0 ? X : Index == 1 ? Y : Index == 2 ? Z : W; }
};

struct FLinearColor
{
	float R = 0, G = 0, B = 0, A = 1;
	FLinearColor() = default;
	FLinearColor(float InR, float InG, float InB, float InA = 1.0f) : R(InR), G(InG), B(InB), A(InA) {}
	static const FLinearColor White;
};
inline const FLinearColor FLinearColor::White(1, 1, 1, 1);

struct FMatrix
{
	double M[4][4] = {};
};
/** Held as its matrix: rows are the axes, the last one the origin. */
struct FTransform
{
	FTransform()
	{
		for (int32 i = 0; i < 4; ++i)
		{
			StandInMatrix.M[i][i] = 1.0;
		}
	}
	FMatrix ToMatrixWithScale() const { return StandInMatrix; }
	FVector GetLocation() const { return FVector(StandInMatrix.M[3][0], StandInMatrix.M[3][1], StandInMatrix.M[3][2]); }
	FMatrix StandInMatrix;
};
struct FMatrix44f
{
	float M[4][4] = {};
};

struct FIntPoint
{
	int32 X = 0, Y = 0;
	FIntPoint() = default;
	FIntPoint(int32 InX, int32 InY) : X(InX), Y(InY) {}
	friend bool operator==(const FIntPoint& A, const FIntPoint& B) { return A.X == B.X && A.Y == B.Y; }
	friend bool operator!=(const FIntPoint& A, const FIntPoint& B) { return !(A == B); }
};

struct FIntRect
{
	FIntPoint Min, Max;
	FIntRect() = default;
	FIntRect(int32 X0, int32 Y0, int32 X1, int32 Y1) : Min(X0, Y0), Max(X1, Y1) {}
	FIntPoint Size() const { return FIntPoint(Max.X - Min.X, Max.Y - Min.Y); }
	int32 Width() const { return Max.X - Min.X; }
	int32 Height() const { return Max.Y - Min.Y; }
	int32 Area() const { return Width() * Height(); }
};

// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "LSDSettings.h"

ULSDSettings::ULSDSettings()
	: Endpoint(TEXT("tcp://127.0.0.1:5757"))
	, Model(TEXT("mirage-lsd-v1"))
{
}

FName ULSDSettings::GetCategoryName() const
{
	return FName(TEXT("Plugins"));
}

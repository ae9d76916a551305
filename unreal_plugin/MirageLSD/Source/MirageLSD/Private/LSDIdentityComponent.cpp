// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "LSDIdentityComponent.h"

TArray<ULSDIdentityComponent*> ULSDIdentityComponent::Registered;
uint32 ULSDIdentityComponent::Generation = 0;

void ULSDIdentityComponent::OnRegister()
{
	Super::OnRegister();
	Registered.AddUnique(this);
	++Generation;
}

void ULSDIdentityComponent::OnUnregister()
{
	Registered.Remove(this);
	++Generation;
	Super::OnUnregister();
}

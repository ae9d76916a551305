// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "Editor.h"
#include "Framework/Docking/TabManager.h"
#include "LSDLocalDaemon.h"
#include "LSDStreamEngine.h"
#include "Modules/ModuleManager.h"
#include "SLSDPanel.h"
#include "Widgets/Docking/SDockTab.h"
#include "WorkspaceMenuStructure.h"
#include "WorkspaceMenuStructureModule.h"

#define LOCTEXT_NAMESPACE "MirageLSD"

class FMirageLSDEditorModule : public IModuleInterface
{
public:
	virtual void StartupModule() override
	{
		Daemon = MakeShared<FLSDLocalDaemon>();
		FGlobalTabmanager::Get()
			->RegisterNomadTabSpawner(GetTabName(), FOnSpawnTab::CreateRaw(this, &FMirageLSDEditorModule::SpawnTab))
			.SetGroup(WorkspaceMenu::GetMenuStructure().GetLevelEditorCategory())
			.SetDisplayName(LOCTEXT("TabTitle", "MirageLSD"))
			.SetTooltipText(LOCTEXT("TabTooltip", "Daemon, stream and themes of MirageLSD"));
		// A stream that a Blueprint or a subsystem keeps is not to outlive the play session.
		EndPlayHandle = FEditorDelegates::EndPIE.AddRaw(this, &FMirageLSDEditorModule::OnEndPlay);
	}

	virtual void ShutdownModule() override
	{
		FEditorDelegates::EndPIE.Remove(EndPlayHandle);
		FGlobalTabmanager::Get()->UnregisterNomadTabSpawner(GetTabName());
		Daemon.Reset();
	}

private:
	static FName GetTabName() { return FName(TEXT("MirageLSD")); }

	TSharedRef<SDockTab> SpawnTab(const FSpawnTabArgs&)
	{
		return SNew(SDockTab).TabRole(ETabRole::NomadTab)[SNew(SLSDPanel).Daemon(Daemon)];
	}

	void OnEndPlay(bool) { ULSDStreamEngine::StopAll(); }

	FDelegateHandle EndPlayHandle;
	/** Of the module and not of the tab, which may be closed in the middle of a play session. */
	TSharedPtr<FLSDLocalDaemon> Daemon;
};

#undef LOCTEXT_NAMESPACE

IMPLEMENT_MODULE(FMirageLSDEditorModule, MirageLSDEditor)

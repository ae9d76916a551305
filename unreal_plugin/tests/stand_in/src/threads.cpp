// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#include <chrono>
#include <condition_variable>
#include <deque>
#include <thread>

#include "StandIn/RHI.h"

namespace StandIn
{
	template <typename Command>
	class TCommandThread
	{
	public:
		explicit TCommandThread(std::function<void(Command&)> InRun) : Run(std::move(InRun)), Thread([this] { Loop(); }) {}

		~TCommandThread()
		{
			{
				const std::lock_guard<std::mutex> Lock(Mutex);
				bStop = true;
				bHeld = false;
			}
			Wake.notify_all();
			Thread.join();
		}

		void Add(Command New)
		{
			{
				const std::lock_guard<std::mutex> Lock(Mutex);
				Commands.push_back(std::move(New));
			}
			Wake.notify_all();
		}

		void WaitUntilIdle()
		{
			std::unique_lock<std::mutex> Lock(Mutex);
			Wake.wait(Lock, [this] { return Commands.empty() && !bBusy; });
		}

		void Hold(bool bHold)
		{
			{
				const std::lock_guard<std::mutex> Lock(Mutex);
				bHeld = bHold;
			}
			Wake.notify_all();
		}

		int32 Count()
		{
			const std::lock_guard<std::mutex> Lock(Mutex);
			return static_cast<int32>(Commands.size());
		}

		bool IsThisThread() const { return std::this_thread::get_id() == Thread.get_id(); }

	private:
		void Loop()
		{
			std::unique_lock<std::mutex> Lock(Mutex);
			while (true)
			{
				Wake.wait(Lock, [this] { return bStop || (!bHeld && !Commands.empty()); });
				if (Commands.empty())
				{
					return;
				}
				{
					Command Next = std::move(Commands.front());
					Commands.pop_front();
					bBusy = true;
					Lock.unlock();
					Run(Next);
				}
				Lock.lock();
				bBusy = false;
				Wake.notify_all();
			}
		}

		std::function<void(Command&)> Run;
		std::mutex Mutex;
		std::condition_variable Wake;
		std::deque<Command> Commands;
		bool bStop = false;
		bool bHeld = false;
		bool bBusy = false;
		std::thread Thread;
	};

	static std::unique_ptr<TCommandThread<FCommand>> GRenderThread;
	static std::unique_ptr<TCommandThread<std::function<void()>>> GRHIThread;

	void StartThreads()
	{
		GRHIThread = std::make_unique<TCommandThread<std::function<void()>>>([](std::function<void()>& Command) { Command(); });
		GRenderThread = std::make_unique<TCommandThread<FCommand>>([](FCommand& Command)
		{
			FRHICommandListImmediate List;
			Command.Run(List);
		});
	}

	void StopThreads()
	{
		FlushRenderingCommands();
		GRenderThread.reset();
		GRHIThread.reset();
	}

	/** While true the RHI thread takes no command. */
	void HoldRHIThread(bool bHold);
	void HoldRHIThread(bool bHold) { GRHIThread->Hold(bHold); }
	void HoldRenderThread(bool bHold) { GRenderThread->Hold(bHold); }
	int32 GetQueuedRenderCommands() { return GRenderThread->Count(); }
	bool IsInRenderThread() { return GRenderThread != nullptr && GRenderThread->IsThisThread(); }
	void EnqueueRenderCommand(FCommand Command) { GRenderThread->Add(std::move(Command)); }
	void EnqueueRHI(std::function<void()> Command) { GRHIThread->Add(std::move(Command)); }
	void FlushRHI() { GRHIThread->WaitUntilIdle(); }
}

void FlushRenderingCommands()
{
	StandIn::GRenderThread->WaitUntilIdle();
	StandIn::GRHIThread->WaitUntilIdle();
}

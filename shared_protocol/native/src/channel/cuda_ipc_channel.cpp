#include "cuda_ipc_channel.h"

#include "../connection.h"
#include "../encode.h"

namespace lsd {

std::unique_ptr<FrameChannel> CudaIpcChannel::make(const ChannelSizes& sizes, std::string* problem) {
  if (!sizes.cuda->has_ipc()) {
    *problem = "The NVIDIA driver of this system can't share a card's memory between processes (CUDA IPC).";
    return nullptr;
  }
  std::unique_ptr<CudaIpcChannel> channel(new CudaIpcChannel(sizes));
  if (!channel->start(problem)) return nullptr;
  return channel;
}

bool CudaIpcChannel::start(std::string* problem) {
  numbers_ = RingWriter::create(kSlots, sizes_.planes, 0, problem);
  if (numbers_ == nullptr || !cuda_.allocate(kSlots * sizes_.frame_bytes, &memory_, problem) ||
      !cuda_.export_memory(memory_, &memory_handle_, problem)) {
    return false;
  }
  for (uint32_t slot = 0; slot < kSlots; ++slot) {
    if (!cuda_.create_event(&ready_[slot], &ready_handles_[slot], problem)) return false;
  }
  return true;
}

CudaIpcChannel::~CudaIpcChannel() {
  // This also waits for copies of the engine that are still queued.
  for (CudaEvent* event : ready_) {
    if (event != nullptr) cuda_.destroy_event(event);
  }
  if (results_ != nullptr) cuda_.close_memory(results_);
  if (memory_ != nullptr) cuda_.free(memory_);
}

TransportOffer CudaIpcChannel::offer() const {
  CudaOffer cuda{cuda_.uuid(), memory_handle_, {ready_handles_.begin(), ready_handles_.end()}};
  return {"cuda_ipc", numbers_->description(), std::move(cuda)};
}

bool CudaIpcChannel::connect(const TransportAnswer& answer, std::string* problem) {
  numbers_->unlink();
  if (!answer.ring || !answer.memory) {
    *problem = "The daemon chose CUDA IPC and announced no memory.";
    return false;
  }
  result_numbers_ = RingReader::open(*answer.ring, 1, 0, problem);
  return result_numbers_ != nullptr &&
         cuda_.open_memory(*answer.memory, answer.ring->slots * result_stride(), &results_, problem);
}

bool CudaIpcChannel::send(const Departure& frame, Connection& connection) {
  return connection.send(
      encode_frame(frame.stream, *frame.info, *frame.slots, SlotReference{frame.slot, frame.slot_seq}));
}

FrameChannel::Read CudaIpcChannel::read_result(const Result& result, Incoming&, std::byte* target,
                                               std::string* problem) {
  if (!result.slot) {
    *problem = "The daemon's result names no slot.";
    return Read::wrong;
  }
  const auto [slot, slot_seq] = *result.slot;
  std::byte nothing{};
  if (!result_numbers_->read(slot, slot_seq, &nothing, 0)) return Read::torn;
  const std::byte* source = results_ + slot * result_stride();
  if (!cuda_.copy_result(target, source, sizes_.output_bytes, problem)) return Read::wrong;
  return result_numbers_->read(slot, slot_seq, &nothing, 0) ? Read::ok : Read::torn;
}

uint64_t CudaIpcChannel::end_write(uint32_t slot, int64_t seq) {
  std::string problem;
  // An event that can't be recorded says nothing new: the daemon would take the frame for complete. It gets a number
  // that the slot never has.
  const bool is_recorded = cuda_.record(ready_[slot], &problem);
  const uint64_t slot_seq = numbers_->end_write(slot, seq);
  return is_recorded ? slot_seq : slot_seq + 2;
}

}  // namespace lsd

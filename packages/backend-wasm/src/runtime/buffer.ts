import type { DeviceBuffer } from '@gradus/tensor'

/** A part of the backend's memory. */
export class WasmBuffer implements DeviceBuffer {
  constructor(
    readonly address: number,
    readonly byteLength: number,
  ) {}
}

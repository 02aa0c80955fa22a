/** Lets other work of the thread run now and then: events, timers, the collection of tensors. */
export class Pace {
  private last = performance.now()

  constructor(private readonly sliceMs = 50) {}

  /** Whether the time slice is used up. */
  get due(): boolean {
    return performance.now() - this.last >= this.sliceMs
  }

  /** Waits for one macrotask; a resolved promise would not let anything else run. */
  async rest(): Promise<void> {
    await new Promise<void>((resolve) => setTimeout(resolve, 0))
    this.last = performance.now()
  }
}

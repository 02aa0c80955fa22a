/**
 * How long steps run before other work of the thread gets its turn: long enough for what that costs not to count, short
 * enough for a page to answer.
 */
const sliceMilliseconds = 25

/** The time that steps may take before they yield to other work of the thread: events, timers, the collection of tensors. */
export class TimeSlice {
  private start = performance.now()

  constructor(private readonly slice = sliceMilliseconds) {}

  /** The milliseconds that are left. */
  get left(): number {
    return Math.max(0, this.slice - (performance.now() - this.start))
  }

  /** Whether the time slice is used up. */
  get over(): boolean {
    return this.left === 0
  }

  /** Waits for one macrotask, because a resolved promise would not let anything else run, and starts the next slice. */
  async yield(): Promise<void> {
    await new Promise<void>(nextTask)
    this.start = performance.now()
  }
}

/** The part of message ports that all platforms have; their types differ. */
interface Port {
  onmessage: (() => void) | null
  postMessage(message: unknown): void
  close(): void
}

// A timer would do, but platforms make it wait: for 1 ms in Node, for 4 ms in a page.
function nextTask(run: () => void): void {
  if (typeof MessageChannel !== 'function') {
    setTimeout(run, 0)
    return
  }
  const { port1, port2 } = new MessageChannel() as unknown as { readonly port1: Port; readonly port2: Port }
  port1.onmessage = () => {
    port1.close()
    run()
  }
  port2.postMessage(undefined)
}

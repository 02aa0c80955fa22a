/**
 * How long steps run before they yield to other work of the thread: long enough that yielding costs little, short enough that a
 * page stays responsive.
 */
const sliceMilliseconds = 25

/** The time until steps yield to other work of the thread: events, timers, the finalization of tensors. */
export class TimeSlice {
  private start = performance.now()

  constructor(private readonly slice = sliceMilliseconds) {}

  /** Milliseconds left in the slice. */
  get left(): number {
    return Math.max(0, this.slice - (performance.now() - this.start))
  }

  /** Whether the time slice is used up. */
  get over(): boolean {
    return this.left === 0
  }

  /** Waits for one macrotask and starts the next slice. A resolved promise would let no events or timers run. */
  async yield(): Promise<void> {
    await new Promise<void>(nextTask)
    this.start = performance.now()
  }
}

/** The part of a `MessagePort` that all platforms have; their types differ. */
interface MessagePortLike {
  onmessage: (() => void) | null
  postMessage(message: unknown): void
  close(): void
}

// Not a timer, because timers wait longer: 1 ms in Node, 4 ms in pages.
function nextTask(run: () => void): void {
  if (typeof MessageChannel !== 'function') {
    setTimeout(run, 0)
    return
  }
  const { port1, port2 } = new MessageChannel() as unknown as {
    readonly port1: MessagePortLike
    readonly port2: MessagePortLike
  }
  port1.onmessage = () => {
    port1.close()
    run()
  }
  port2.postMessage(undefined)
}

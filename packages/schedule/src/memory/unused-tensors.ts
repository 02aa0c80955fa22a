import { BackendError } from '@gradus/tensor'

/** Growth of the memory in use, in bytes, after which the garbage collector is asked to run. */
const step = 2 ** 27

/**
 * Makes the garbage collector run soon. It sees only the few bytes of a tensor's object, not the memory behind it; but the bytes
 * of an array buffer count, although the system provides no memory for one that is not written.
 */
export function askForCollection(): void {
  try {
    new ArrayBuffer(step)
  } catch {
    // there is no address space for it, so the collector has run
  }
}

/**
 * Has the garbage collector find unused tensors when much memory was allocated. JavaScript reports them between the turns of the
 * event loop only, so the memory that a program may allocate in one turn is limited.
 */
export class UnusedTensors {
  private live = 0
  /** The bytes in use at the last request, or the smallest number since. */
  private mark = 0
  /** The bytes in use when the current turn of the event loop began to allocate much; undefined before. */
  private turnStart: number | undefined

  constructor(
    private readonly name: string,
    /** The largest size of the memory. */
    private readonly capacity: number,
  ) {}

  /** Whether the program has allocated much in this turn of the event loop, so that it should yield. */
  get pending(): boolean {
    return this.turnStart !== undefined
  }

  /** Called before an allocation. Throws `BackendError` if too much was allocated in one turn. */
  allocate(bytes: number): void {
    const now = this.live + bytes
    if (this.turnStart !== undefined && now - this.turnStart > this.capacity / 2)
      throw this.tooMuch(now - this.turnStart)
    this.live = now
    if (now - this.mark < step) return
    if (this.turnStart === undefined) {
      this.turnStart = this.mark
      setTimeout(() => {
        this.turnStart = undefined
      }, 0)
    }
    this.mark = now
    askForCollection()
  }

  free(bytes: number): void {
    this.live -= bytes
    this.mark = Math.min(this.mark, this.live)
  }

  private tooMuch(bytes: number): BackendError {
    const mebibytes = (count: number) => `${Math.round(count / 2 ** 20)} MiB`
    return new BackendError(
      `${mebibytes(bytes)} of tensors were made on the ${this.name} backend without a return to the event loop, and its memory ends at ${mebibytes(this.capacity)}. ` +
        'JavaScript reports unused tensors only when a program yields. Nothing was lost. Compile the body of the loop: ' +
        '`const f = compile(step, { donate: [0] })`, then `x = f(x)`. Or free its tensors: `const next = tidy(() => step(x))`, ' +
        '`x.dispose()`, `x = next`. Or yield now and then: `await new Promise((done) => setTimeout(done))`.',
    )
  }
}

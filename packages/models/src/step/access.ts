/**
 * Lets calls from outside of a run of `fit` use the model. During steps the layers have no variables, since the steps overwrite
 * them; such calls wait until the run opens the model, between two steps.
 */
export class Access {
  private isOpen = true
  private active = 0
  private readonly waiting: (() => void)[] = []
  private whenIdle: (() => void) | undefined

  /** Whether calls wait. */
  get requested(): boolean {
    return this.waiting.length > 0
  }

  /** Runs a function at once, or when the run opens the model. */
  async use<T>(body: () => Promise<T>): Promise<T> {
    if (this.isOpen) this.active++
    else await new Promise<void>((resolve) => this.waiting.push(resolve))
    try {
      return await body()
    } finally {
      if (--this.active === 0) this.whenIdle?.()
    }
  }

  /** Opens the model, which has its variables, to the calls that wait and to later ones. */
  open(): void {
    this.isOpen = true
    this.active += this.waiting.length
    for (const begin of this.waiting.splice(0)) begin()
  }

  /** Waits for the calls that use the model, and lets later ones wait. */
  async close(): Promise<void> {
    while (this.active > 0) {
      await new Promise<void>((resolve) => {
        this.whenIdle = resolve
      })
    }
    this.isOpen = false
  }
}

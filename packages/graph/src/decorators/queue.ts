/** Runs tasks in the order given: at once as long as none has to wait, otherwise one after the other. */
export class Queue {
  private waiting: Promise<void> | undefined
  private failure: unknown

  /** Whether a task given now would run at once. */
  get idle(): boolean {
    return this.waiting === undefined
  }

  add(task: () => void | Promise<void>): void {
    if (this.waiting) {
      this.follow(this.waiting.then(task))
      return
    }
    const result = task()
    if (result) this.follow(result)
  }

  /** Waits for everything added so far; throws what went wrong in it. */
  async settle(): Promise<void> {
    while (this.waiting) await this.waiting
    const { failure } = this
    this.failure = undefined
    if (failure !== undefined) throw failure
  }

  private follow(result: Promise<void>): void {
    const done = result
      .catch((error: unknown) => {
        this.failure ??= error
      })
      .then(() => {
        if (this.waiting === done) this.waiting = undefined
      })
    this.waiting = done
  }
}

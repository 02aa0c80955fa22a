/** Runs tasks in order: synchronously while no task waits, and otherwise one after the other. */
export class Queue {
  private waiting: Promise<void> | undefined
  private failure: unknown

  /** Whether the next task would run at once. */
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

  /** Waits for all tasks so far. Throws the first failure. */
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

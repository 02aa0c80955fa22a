import { askForCollection } from '@gradus/schedule'
import type { Pool } from './threads/pool.ts'

/** More backends than this are not in use at once, as a rule: some of them were dropped. */
const usual = 4

/** Tensors are collected before their backend, so one collection is not enough. */
const collectionsAfterStart = 4
/** The memory is collected after the threads have ended. */
const collectionsAfterEnd = 2
const intervalMs = 50

/** A backend that is in use, as far as is known. */
interface Live {
  readonly pool: Pool | undefined
  ended: boolean
}

interface Timer {
  unref?(): void
}

/**
 * The backends that were started and neither closed nor garbage collected. The collector does not see their memory and threads, so
 * it is asked to run while there are many.
 */
export class LiveBackends {
  private count = 0
  private collectionsLeft = 0
  private waiting = false
  private readonly registry = new FinalizationRegistry<Live>((live) => {
    live.pool?.close()
    this.ended(live)
  })

  private owesPause = false

  /** Whether a program that waits for values should yield now, so that dropped backends are found: once per start of many. */
  takePause(): boolean {
    const { owesPause } = this
    this.owesPause = false
    return owesPause
  }

  /** Registers a backend. Returns the function to call when it is closed. */
  add(backend: object, pool: Pool | undefined): () => void {
    const live = { pool, ended: false }
    this.count++
    this.registry.register(backend, live)
    if (this.count > usual) {
      this.owesPause = true
      this.collectSoon(collectionsAfterStart)
    }
    return () => this.ended(live)
  }

  private ended(live: Live): void {
    if (live.ended) return
    live.ended = true
    this.count--
    this.collectSoon(collectionsAfterEnd)
  }

  /** Asks for collections in the next turns of the event loop. */
  private collectSoon(times: number): void {
    this.collectionsLeft = Math.max(this.collectionsLeft, times)
    this.wait()
  }

  private wait(): void {
    if (this.waiting || this.collectionsLeft === 0) return
    this.waiting = true
    const timer = setTimeout(() => {
      this.waiting = false
      this.collectionsLeft--
      askForCollection()
      this.wait()
    }, intervalMs) as unknown as Timer
    timer.unref?.() // a process may end before
  }
}

import { nodeModule } from '@gradus/core'
import { ImageProblem } from '../formats/image-problem.ts'
import type { Reply, Task } from './messages.ts'
import { type Preparation, prepare } from './prepare.ts'

/** Prepares images, each when there is capacity. */
export interface ImagePool {
  run(bytes: Uint8Array, preparation: Preparation): Promise<Float32Array>
}

interface Waiting extends Pick<Task, 'bytes' | 'preparation'> {
  readonly resolve: (values: Float32Array) => void
  readonly reject: (error: Error) => void
}

type Threads = typeof import('node:worker_threads')

/** How long a thread waits for another image before it ends, in milliseconds. */
const idleTime = 5000

/** The number of images that a thread is sent before it returns the first. */
const ahead = 2

/**
 * Returns a pool of `count` threads, which are started when they are needed and end when they have nothing to do. Without threads, or
 * where the file of the threads is missing because a bundler joined all files, images are prepared here.
 */
export function imagePool(count: number | undefined, address: URL | undefined = threadAddress()): ImagePool {
  const threads = nodeModule<Threads>('node:worker_threads')
  if (count === 0 || !threads || !address) return { run: prepare }
  return new ThreadPool(threads, address, count ?? defaultCount())
}

function defaultCount(): number {
  const processors = process.getBuiltinModule('node:os').availableParallelism()
  return Math.max(1, Math.min(8, processors - 1))
}

/** The file of the threads beside this one; undefined if it is not there. */
function threadAddress(): URL | undefined {
  const fs = nodeModule<typeof import('node:fs')>('node:fs')
  if (!fs || !import.meta.url.startsWith('file:')) return undefined
  const address = new URL('./thread.js', import.meta.url)
  return fs.existsSync(address) ? address : undefined
}

class ThreadPool implements ImagePool {
  private readonly waiting: Waiting[] = []
  private readonly running = new Set<Thread>()

  constructor(
    private readonly threads: Threads,
    private readonly address: URL,
    private readonly count: number,
  ) {}

  run(bytes: Uint8Array, preparation: Preparation): Promise<Float32Array> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ bytes, preparation, resolve, reject })
      this.assign()
    })
  }

  private assign(): void {
    while (this.waiting.length > 0) {
      const free = [...this.running].filter(({ load }) => load < ahead).sort((a, b) => a.load - b.load)[0]
      if (free?.load !== 0 && this.running.size < this.count) this.running.add(this.start())
      else if (free) free.send(this.waiting.shift()!)
      else return
    }
  }

  private start(): Thread {
    const thread = new Thread(
      new this.threads.Worker(this.address),
      () => this.assign(),
      () => this.running.delete(thread),
    )
    return thread
  }
}

class Thread {
  private readonly tasks = new Map<number, Waiting>()
  private next = 0
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly worker: InstanceType<Threads['Worker']>,
    private readonly onFree: () => void,
    onEnd: () => void,
  ) {
    worker.unref()
    worker.on('message', (reply: Reply) => this.receive(reply))
    const ended = (reason: string) => {
      clearTimeout(this.timer)
      onEnd()
      for (const { reject } of this.tasks.values()) reject(new Error(`A thread that decodes images ended: ${reason}.`))
      this.tasks.clear()
      onFree()
    }
    worker.on('error', (error) => ended((error as Error).message))
    worker.on('exit', (code) => ended(`exit code ${code}`))
  }

  /** How many images it has. */
  get load(): number {
    return this.tasks.size
  }

  send(task: Waiting): void {
    clearTimeout(this.timer)
    // a program may end while its threads wait, and not while they work
    this.worker.ref()
    const id = this.next++
    this.tasks.set(id, task)
    this.worker.postMessage({ id, bytes: task.bytes, preparation: task.preparation } satisfies Task)
  }

  private receive({ id, values, problem, error }: Reply): void {
    const task = this.tasks.get(id)
    this.tasks.delete(id)
    if (values) task?.resolve(values)
    else task?.reject(problem === undefined ? new Error(error) : new ImageProblem(problem))
    this.onFree()
    if (this.tasks.size > 0) return
    this.worker.unref()
    this.timer = setTimeout(() => void this.worker.terminate(), idleTime)
    this.timer.unref()
  }
}

import { type BatchData, DataError, nodeModule } from '@gradus/core'

/** A module that exports the class of a dataset, for threads. */
export interface ThreadModule {
  /** The address of the module, such as `import.meta.url`. */
  readonly module: string | URL
  /** The name of the export (default `default`). */
  readonly name?: string
  /** What the class is constructed with in each thread: data that can be cloned. */
  readonly options?: unknown
}

/** What a thread runs. Arrays are copied, because a batch may be a view of data that the thread needs again. */
const body = `
let made
const packed = (value, moved) => {
  if (ArrayBuffer.isView(value)) {
    const copy = value.slice()
    moved.push(copy.buffer)
    return copy
  }
  if (Array.isArray(value)) return value.map((item) => packed(item, moved))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, packed(item, moved)]))
}
receive(async ({ id, start, index, hook }) => {
  try {
    if (start) {
      const { [start.name]: Made } = await import(start.module)
      if (typeof Made !== 'function') throw new Error('the module exports no class ' + start.name)
      made = new Made(start.options)
      send({ id })
    } else if (hook) {
      await made[hook]?.()
      send({ id })
    } else {
      const moved = []
      const batch = packed(await made.getItem(index), moved)
      send({ id, batch }, moved)
    }
  } catch (error) {
    send({ id, error: String(error?.message ?? error) })
  }
})`

const inNode = () => `const { parentPort } = require('node:worker_threads')
const receive = (act) => parentPort.on('message', act)
const send = (message, moved) => parentPort.postMessage(message, moved)
${body}`

const inPage = () => `const receive = (act) => { onmessage = ({ data }) => act(data) }
const send = (message, moved) => postMessage(message, moved)
${body}`

interface Reply {
  readonly id: number
  readonly batch?: BatchData
  readonly error?: string
}

interface Thread {
  post(message: object): void
  end(): unknown
}

/** Starts a thread; `onReply` gets its messages and `onFailure` the reason if it ends by itself. */
function startThread(onReply: (reply: Reply) => void, onFailure: (why: string) => void): Thread {
  const node = nodeModule<typeof import('node:worker_threads')>('node:worker_threads')
  if (node) {
    const worker = new node.Worker(inNode(), { eval: true })
    worker.on('message', onReply)
    worker.on('error', (error) => onFailure(error.message))
    worker.on('exit', (code) => onFailure(`it ended with the code ${code}`))
    worker.unref() // the program may end without the thread
    return { post: (message) => worker.postMessage(message), end: () => worker.terminate() }
  }
  const { Worker, Blob, URL: Address } = globalThis as unknown as PageGlobals
  if (!Worker) throw new DataError("'useMultiprocessing' needs threads, and this platform has none.")
  const address = Address.createObjectURL(new Blob([inPage()], { type: 'text/javascript' }))
  const worker = new Worker(address, { type: 'module' })
  worker.onmessage = ({ data }) => onReply(data)
  worker.onerror = ({ message }) => onFailure(message ?? 'it cannot be started')
  return { post: (message) => worker.postMessage(message), end: () => worker.terminate() }
}

interface PageGlobals {
  readonly Worker?: new (address: string, options: { type: 'module' }) => PageWorker
  readonly Blob: typeof Blob
  readonly URL: { createObjectURL(blob: Blob): string }
}

interface PageWorker {
  onmessage: (event: { data: Reply }) => void
  onerror: (event: { message?: string }) => void
  postMessage(message: object): void
  terminate(): void
}

/** Threads that each have an object of a class, and call its `getItem`. */
export class ThreadPool {
  private readonly threads: Thread[] = []
  private readonly idle: Thread[] = []
  private readonly waiting: ((thread: Thread) => void)[] = []
  private readonly replies = new Map<number, { resolve(reply: Reply): void; reject(error: Error): void }>()
  private readonly ready: Promise<unknown>
  private failure: Error | undefined
  private count = 0

  constructor(
    private readonly source: ThreadModule,
    workers: number,
  ) {
    for (let i = 0; i < workers; i++) {
      this.threads.push(
        startThread(
          (reply) => this.receive(reply),
          (why) => this.fail(why),
        ),
      )
    }
    this.idle.push(...this.threads)
    const { module, name = 'default', options } = source
    this.ready = this.all({ start: { module: String(module), name, options } })
    this.ready.catch(() => {}) // reported by the first batch
  }

  /** Calls `getItem` in the next idle thread. */
  async getItem(index: number): Promise<BatchData> {
    await this.ready
    const thread = this.idle.pop() ?? (await new Promise<Thread>((resolve) => this.waiting.push(resolve)))
    try {
      return (await this.ask(thread, { index })).batch!
    } finally {
      const next = this.waiting.shift()
      if (next) next(thread)
      else this.idle.push(thread)
    }
  }

  /** Calls a method without arguments in every thread. */
  async tell(hook: string): Promise<void> {
    await this.ready
    await this.all({ hook })
  }

  async close(): Promise<void> {
    this.fail('it was closed')
    await Promise.all(this.threads.map((thread) => thread.end()))
  }

  private all(message: object): Promise<unknown> {
    return Promise.all(this.threads.map((thread) => this.ask(thread, message)))
  }

  private ask(thread: Thread, message: object): Promise<Reply> {
    if (this.failure) return Promise.reject(this.failure)
    const id = this.count++
    return new Promise((resolve, reject) => {
      this.replies.set(id, { resolve, reject })
      thread.post({ id, ...message })
    })
  }

  private receive(reply: Reply): void {
    const asked = this.replies.get(reply.id)
    this.replies.delete(reply.id)
    if (reply.error === undefined) asked?.resolve(reply)
    else asked?.reject(new DataError(`In a thread with ${this.name}: ${reply.error}`))
  }

  private fail(why: string): void {
    this.failure ??= new DataError(`A thread with ${this.name} failed: ${why}.`)
    for (const { reject } of this.replies.values()) reject(this.failure)
    this.replies.clear()
  }

  private get name(): string {
    return `'${String(this.source.module).slice(-200)}'`
  }
}

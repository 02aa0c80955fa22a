import { ConfigError, describeValue, type Kind } from '@gradus/core'

/** The options of callbacks that send messages to a server. */
export const sendFields = {
  /** HTTP headers of every request, such as `{ authorization: 'Bearer ...' }`. */
  headers: { type: 'unknown' as Kind<Readonly<Record<string, string>>> },
  /** The seconds after which a request without an answer has failed. */
  timeout: { type: 'number', above: 0, max: 3600, default: 5 },
  /** Prints warnings (by default to the console). */
  warn: { type: 'function' as Kind<(message: string) => void>, default: (message: string) => console.warn(message) },
} as const

/** The callback that sends, for messages. */
export interface SenderOptions {
  readonly type: string
  /** The start of all addresses. */
  readonly root: string
  readonly headers: Readonly<Record<string, string>> | undefined
  readonly timeout: number
  readonly warn: (message: string) => void
}

/** A request. */
export interface Message {
  /** With GET the body is the query of the address, and an answer with status 404 is the text `{}`. Default: POST. */
  readonly method?: 'GET'
  /** Added to the root. */
  readonly path: string
  /** Returns the body when the turn of the message comes; undefined sends nothing. */
  readonly body: () => string | undefined
  readonly contentType: string
  /** Receives the body of the answer. Errors that it throws count as failures. */
  readonly answered?: (text: string) => void
}

/** The most messages that wait. */
const mostWaiting = 1000
/** Messages that have waited for this number of milliseconds are dropped, so that a slow server does not keep a program alive. */
const longestWait = 30_000
/** Messages are dropped for this number of milliseconds after a failure. */
const pause = 30_000

/**
 * Sends messages to a server in the background, one after the other. A failure is a warning and never an error. Training does
 * not wait for the server, except at its end, at most for one timeout.
 */
export class Sender {
  private readonly waiting: (Message & { readonly since: number })[] = []
  private running: Promise<void> | undefined
  private readonly abort = new AbortController()
  private blockedUntil = 0
  private lost = 0
  private warned = false

  /** Throws `ConfigError` for a root that is no HTTP address and for headers that are not valid. */
  constructor(private readonly options: SenderOptions) {
    requireAddress(options)
  }

  /** Sends a message in the background. */
  send(message: Message): void {
    const since = performance.now()
    if (since < this.blockedUntil || this.waiting.length >= mostWaiting) {
      this.lost++
      return
    }
    this.waiting.push({ ...message, since })
    this.running ??= this.sendAll()
  }

  /** Lets the next message be sent although an earlier one has failed. */
  retry(): void {
    this.blockedUntil = 0
  }

  /** Waits for the messages, at most for one timeout; those that are left then are dropped. Warns if several were lost. */
  async close(): Promise<void> {
    const { timeout, root } = this.options
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, 1000 * timeout)
    })
    await Promise.race([this.running, late])
    clearTimeout(timer)
    this.lost += this.waiting.splice(0).length
    this.abort.abort()
    await this.running
    if (this.lost > 1) this.warn(`${this.lost} messages to ${root} were lost.`)
  }

  private async sendAll(): Promise<void> {
    for (let next = this.waiting.shift(); next; next = this.waiting.shift()) {
      if (performance.now() - next.since > longestWait) this.lost++
      else await this.sendOne(next)
    }
    this.running = undefined
  }

  private async sendOne(message: Message): Promise<void> {
    try {
      await this.request(message)
    } catch (error) {
      const { root, timeout } = this.options
      this.blockedUntil = performance.now() + pause
      this.lost += 1 + this.waiting.splice(0).length
      if (!this.warned) this.warn(`it could not send to ${root}: ${reasonOf(error, timeout)}. Training goes on.`)
      this.warned = true
    }
  }

  private async request({ method, path, body, contentType, answered }: Message): Promise<void> {
    const { root, headers, timeout } = this.options
    const text = body()
    if (text === undefined) return
    const response = await fetch(method ? `${root}${path}?${text}` : root + path, {
      ...(method ? { method } : { method: 'POST', body: text }),
      headers: { 'content-type': contentType, ...headers },
      signal: AbortSignal.any([AbortSignal.timeout(1000 * timeout), this.abort.signal]),
    })
    // read also where nobody needs it, because a connection is used again only then
    const answer = await response.text()
    if (method && response.status === 404) return answered?.('{}')
    if (!response.ok) {
      throw new Error(`it answered ${response.status} ${response.statusText} ${answer.slice(0, 200)}`.trim())
    }
    answered?.(answer)
  }

  private warn(text: string): void {
    this.options.warn(`${this.options.type}: ${text}`)
  }
}

function requireAddress({ type, root, headers = {} }: SenderOptions): void {
  if (!/^https?:$/.test(URL.canParse(root) ? new URL(root).protocol : '')) {
    throw new ConfigError(
      `${type}: ${describeValue(root)} is no address of a server; expected one such as 'http://localhost:9000'.`,
    )
  }
  try {
    new Headers(headers)
  } catch (cause) {
    throw new ConfigError(
      `${type}: 'headers' must hold texts by the names of HTTP headers, as in { authorization: 'Bearer ...' }, and is ${describeValue(headers)}.`,
      { cause },
    )
  }
}

function reasonOf(error: unknown, timeout: number): string {
  const { name, message, cause } = error as Error & {
    readonly cause?: { readonly code?: string; readonly message?: string }
  }
  if (name === 'TimeoutError') return `it did not answer within ${timeout} s`
  if (name === 'AbortError') return 'training ended before it answered'
  return cause?.code ?? (cause?.message || message)
}

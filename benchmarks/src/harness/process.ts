import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Reply, Request } from '../shared/contestant.ts'
import { replyMark } from '../shared/serve.ts'

/** Why a contestant has no figure. */
class Failure extends Error {}

export interface Command {
  readonly file: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

interface Waiting {
  readonly resolve: (reply: Reply) => void
  readonly reject: (reason: Failure) => void
}

/** A contestant's process. It is started by the first request, and again after it crashed or was too slow. */
export class Contender {
  /** The peak memory of its processes, in megabytes. */
  peakMb = 0
  private child: ChildProcess | undefined
  private waiting: Waiting | undefined
  private errorOutput = ''

  constructor(private readonly command: Command) {}

  /** Sends a request and waits for the reply. Throws `Failure` with the reason if there is none within `limitMs`. */
  async ask(request: Request, limitMs: number): Promise<Reply> {
    const child = (this.child ??= this.start())
    const reply = await new Promise<Reply>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Failure(`no answer to '${request.ask}' within ${Math.round(limitMs / 1000)} s`))
        this.stop()
      }, limitMs)
      const end =
        <T>(settle: (value: T) => void) =>
        (value: T) => {
          clearTimeout(timer)
          this.waiting = undefined
          settle(value)
        }
      this.waiting = { resolve: end(resolve), reject: end(reject) }
      child.stdin!.write(`${JSON.stringify(request)}\n`)
    })
    this.peakMb = Math.max(this.peakMb, reply.peakMb ?? 0)
    if (reply.error !== undefined) throw new Failure(reply.error)
    return reply
  }

  /** Ends the process. */
  stop(): void {
    this.child?.kill('SIGKILL')
    this.child = undefined
  }

  private start(): ChildProcess {
    const { file, args, env } = this.command
    const child = spawn(file, args, { stdio: 'pipe', env: { ...process.env, ...env } })
    const current = () => this.child === child
    this.errorOutput = ''
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (current() && line.startsWith(replyMark))
        this.waiting?.resolve(JSON.parse(line.slice(replyMark.length)) as Reply)
    })
    child.stderr.on('data', (chunk: Buffer) => {
      this.errorOutput = (this.errorOutput + chunk.toString()).slice(-4000)
    })
    child.stdin.on('error', () => {}) // the process has ended, which its exit reports
    child.on('error', ({ message }) => this.gone(child, message))
    child.on('close', (code, signal) => this.gone(child, `ended with ${signal ?? `code ${code}`}: ${this.cause()}`))
    return child
  }

  private gone(child: ChildProcess, reason: string): void {
    if (this.child !== child) return
    this.child = undefined
    this.waiting?.reject(new Failure(reason))
  }

  /** The line of stderr that looks like the error. */
  private cause(): string {
    const lines = this.errorOutput.split('\n').filter((line) => line.trim())
    return lines.find((line) => /^[\w.]*Error\b/.test(line))?.trim() ?? lines.at(-1)?.trim() ?? 'no output'
  }
}

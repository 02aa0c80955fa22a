import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Reply } from '../shared/contestant.ts'
import { replyMark } from '../shared/serve.ts'
import type { ArticleSpec } from '../shared/spec.ts'
import type { Log } from './measure.ts'
import type { Command } from './process.ts'
import type { Settings, StartUpRow } from './results.ts'
import type { Contestant, Paths } from './roster.ts'
import { spreadOf } from './statistics.ts'

const run = promisify(execFile)

/** Starts the contestants in turns, several times each, to train one step of the article's network. */
export async function measureStartUp(
  contestants: readonly Contestant[],
  paths: Paths,
  article: ArticleSpec,
  { reps, limitMs }: Settings,
  log: Log,
): Promise<StartUpRow[]> {
  const spec = JSON.stringify(article)
  const starts = contestants.flatMap(({ id, startUp }) => {
    if (!startUp) return []
    const command = startUp(paths, spec)
    const missing = 'missing' in command ? command.missing : undefined
    return [{ id, command, replies: [] as Reply[], reason: missing }]
  })
  for (let rep = 0; rep < reps; rep++) {
    for (const one of starts) {
      if (one.reason !== undefined) continue
      const reply = await start(one.command as Command, limitMs)
      if (reply.error !== undefined) one.reason = reply.error
      else one.replies.push(reply)
    }
  }
  return starts.map(({ id, replies, reason }) => {
    log(`  ${id}: ${reason ?? 'done'}`)
    if (reason !== undefined || replies.length === 0) return { contestant: id, reason: reason ?? 'no answer' }
    const peakMb = Math.max(...replies.map((reply) => reply.peakMb ?? 0))
    return { contestant: id, ms: spreadOf(replies.map(({ ms = 0 }) => ms)), reps: replies.length, peakMb }
  })
}

async function start({ file, args, env }: Command, timeout: number): Promise<Reply> {
  try {
    const { stdout } = await run(file, args, { timeout, killSignal: 'SIGKILL', env: { ...process.env, ...env } })
    const line = stdout.split('\n').find((text) => text.startsWith(replyMark))
    return line ? (JSON.parse(line.slice(replyMark.length)) as Reply) : { error: 'no answer' }
  } catch (error) {
    const lines = String((error as { stderr?: string }).stderr ?? error).split('\n')
    return { error: lines.find((line) => /^[\w.]*Error\b/.test(line))?.trim() ?? lines[0]! }
  }
}

import type { Reply } from './contestant.ts'
import { replyLine } from './serve.ts'
import type { ArticleSpec } from './spec.ts'

/**
 * Trains one step and reports the time since Node was ready to run the program, which includes reading and compiling it.
 * The last argument of the command is the workload.
 */
export async function reportStartUp(trainOneStep: (spec: ArticleSpec) => Promise<unknown>): Promise<void> {
  const { bootstrapComplete } = performance.nodeTiming
  let reply: Reply
  try {
    await trainOneStep(JSON.parse(process.argv.at(-1)!) as ArticleSpec)
    reply = { ms: performance.now() - bootstrapComplete, peakMb: process.resourceUsage().maxRSS / 1024 }
  } catch (error) {
    reply = { error: (error as Error).message.split('\n')[0]! }
  }
  process.stdout.write(replyLine(reply), () => process.exit())
}

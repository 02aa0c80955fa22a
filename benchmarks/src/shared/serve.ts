import { createInterface } from 'node:readline'
import { aboutGpu } from './about-gpu.ts'
import { answering, type Contestant, type Reply, type Request } from './contestant.ts'
import type { CountedGlobal } from './gpu-counts.ts'

/** Marks the lines of stdout that are replies, because libraries print other lines. */
export const replyMark = '@bench '

/** A reply as a line of stdout. */
export const replyLine = (reply: Reply) => `${replyMark}${JSON.stringify(reply)}\n`

/** Answers the requests on stdin, one after the other, until the harness closes it. */
export async function answerLines(answer: (request: Request) => Promise<Reply>): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(replyLine(await answer(JSON.parse(line) as Request)))
  }
}

/** Answers the harness until it closes stdin. */
export async function serve(open: () => Promise<Contestant> | Contestant): Promise<void> {
  const answer = answering(open, {
    runtime: async () => [`Node ${process.versions.node}`, await aboutGpu()].filter(Boolean).join(', '),
    peakMb: () => process.resourceUsage().maxRSS / 1024,
    counts: () => (globalThis as CountedGlobal).gpuCounts?.(),
    collect: () => globalThis.gc?.(),
  })
  await answerLines(answer)
  process.exit() // threads of libraries would keep the process alive
}

import { aboutGpu, navigatorHere } from './about-gpu.ts'
import { answering, type Contestant } from './contestant.ts'

/** Makes the contestant available to the program that opened this page, as `answer` of the global object. */
export function servePage(open: () => Promise<Contestant> | Contestant): void {
  const [, version] = /Chrome\/(\d+)/.exec(navigatorHere()?.userAgent ?? '') ?? []
  const runtime = async () => [`Chromium ${version}`, await aboutGpu()].join(', ')
  Object.assign(globalThis, { answer: answering(open, { runtime }) })
}

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { bundle } from './bundle.ts'
import type { DenoFindings } from './deno-program.ts'

/** Runs the program in Deno and returns its results. If it fails, the error has its output. */
export async function denoFindings(deno: string): Promise<DenoFindings> {
  const running = promisify(execFile)(deno, ['run', '--no-config', '--no-prompt', '-'], { maxBuffer: 2 ** 24 })
  running.child.stdin!.end(await bundle('deno-program.ts'))
  const { stdout } = await running
  return JSON.parse(stdout)
}

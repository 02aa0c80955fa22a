import type { Command } from 'commander'
import type { Terminal } from '../terminal.ts'
import { type BackendStatus, listBackends } from './backends.ts'

/** Adds `gradus backends`. */
export function backendsCommand(program: Command, { out }: Terminal): void {
  program
    .command('backends')
    .description('list the backends, whether they are available, and which one is the default')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const backends = await listBackends()
      out.write(json ? `${JSON.stringify({ version: 1, backends }, null, 2)}\n` : formatBackends(backends))
    })
}

function formatBackends(backends: readonly BackendStatus[]): string {
  const width = Math.max(...backends.map(({ name }) => name.length))
  const lines = backends.map(({ name, about, available, reason, chosen }) => {
    const state = available ? (chosen ? 'available, the default' : 'available') : `not available: ${reason}`
    return `${name.padEnd(width)}  ${about}; ${state}\n`
  })
  return `${lines.join('')}\nChoose one with --backend <name>. Without that, or with --backend auto, the default is used.\n`
}

import type { Command } from 'commander'
import { jsonOption } from '../flags.ts'
import type { Terminal } from '../terminal.ts'
import { writeJson } from '../text/json.ts'
import { textColumns } from '../text/text-table.ts'
import { type BackendStatus, listBackends } from './backends.ts'

/** Adds `gradus backends`. */
export function backendsCommand(program: Command, { out }: Terminal): void {
  program
    .command('backends')
    .description('list the backends, whether they are available, and which one is the default')
    .addOption(jsonOption())
    .addHelpText('after', '\nExamples:\n  gradus backends\n  gradus backends --json')
    .action(async ({ json }: { json?: boolean }) => {
      const backends = await listBackends()
      if (json) writeJson(out, { backends })
      else out.write(formatBackends(backends))
    })
}

function formatBackends(backends: readonly BackendStatus[]): string {
  const rows = backends.map(({ name, about, available, reason, chosen }) => {
    const state = available ? (chosen ? 'available, the default' : 'available') : `not available: ${reason}`
    return [name, `${about}; ${state}`]
  })
  return `${textColumns(rows)}\nChoose one with --backend <name>. Without that, or with --backend auto, the default is used.\n`
}

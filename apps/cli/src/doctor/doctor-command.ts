import type { Command } from 'commander'
import { jsonOption } from '../flags.ts'
import type { Terminal } from '../terminal.ts'
import { writeJson } from '../text/json.ts'
import { shortBytes } from '../text/numbers.ts'
import { textColumns } from '../text/text-table.ts'
import { type Examination, examine } from './examination.ts'

/** Adds `gradus doctor`. */
export function doctorCommand(program: Command, { out, cwd }: Terminal): void {
  program
    .command('doctor')
    .description('show what this machine has, and what is missing or would be faster')
    .addOption(jsonOption())
    .addHelpText('after', '\nExamples:\n  gradus doctor\n  gradus doctor --json')
    .action(async ({ json }: { readonly json?: boolean }) => {
      const examination = await examine(cwd)
      if (json) writeJson(out, examination)
      else out.write(formatExamination(examination))
    })
}

function formatExamination({ gradus, node, machine, backends, optional, packages, findings }: Examination): string {
  const rows: (readonly [string, string])[] = [
    ['gradus', gradus],
    ['node', `${node.version}${node.supported ? '' : ' (too old)'}`],
    [
      'machine',
      `${machine.platform} ${machine.arch}, ${machine.cores} ${machine.cores === 1 ? 'core' : 'cores'}, ${machine.cpu}`,
    ],
    ['memory', `${shortBytes(machine.memory)}, ${shortBytes(machine.freeMemory)} free`],
    ...backends.map(({ name, about, available, reason, chosen }): [string, string] => [
      name,
      available ? `${about}${chosen ? ' (the default)' : ''}` : `not available: ${reason}`,
    ]),
    ...optional.map(({ name, version, problem }): [string, string] => [
      name,
      version === null ? 'not installed' : problem === null ? version : `${version}, does not load`,
    ]),
    ['packages', packagesText(packages)],
  ]
  const lines = textColumns(rows)
  if (findings.length === 0) return `${lines}\nNothing is missing.\n`
  const notes = findings.flatMap(({ kind, text, command }) => [
    `  ${kind === 'problem' ? 'problem' : 'advice '}  ${text}`,
    ...(command === null ? [] : [`           ${command}`]),
  ])
  return `${lines}\nFindings\n${notes.join('\n')}\n`
}

function packagesText(packages: Examination['packages']): string {
  const names = new Set(packages.map(({ name }) => name))
  const versions = [...new Set(packages.map(({ version }) => version))]
  if (names.size === 0) return 'none in node_modules'
  const copies = packages.length > names.size ? `, ${packages.length - names.size} of them twice` : ''
  return `${names.size} of Gradus, ${versions.length === 1 ? 'all' : 'versions'} ${versions.join(', ')}${copies}`
}

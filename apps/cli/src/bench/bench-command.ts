import { type Command, Option } from 'commander'
import { backendNames, listBackends, openBackend } from '../backends/backends.ts'
import { jsonOption } from '../flags.ts'
import { Report, type Terminal } from '../terminal.ts'
import { writeJson } from '../text/json.ts'
import { groupedNumber } from '../text/numbers.ts'
import { textColumns, textTable } from '../text/text-table.ts'
import { measure, type Speed } from './bench.ts'
import { workloads } from './workloads.ts'

interface BenchFlags {
  readonly quick?: boolean
  readonly backend?: string
  readonly workload?: string
  readonly json?: boolean
}

/** Adds `gradus bench`. */
export function benchCommand(program: Command, terminal: Terminal): void {
  program
    .command('bench')
    .description('time the training of three small networks on each backend that starts')
    .option('--quick', 'measure for a tenth of the time')
    .addOption(
      new Option('--backend <name>', 'only this backend').choices(backendNames.filter((name) => name !== 'auto')),
    )
    .addOption(new Option('--workload <name>', 'only this network').choices(workloads.map(({ name }) => name)))
    .addOption(jsonOption({ log: true }))
    .addHelpText('after', '\nExamples:\n  gradus bench --quick\n  gradus bench --backend wasm --workload conv --json')
    .action(async (flags: BenchFlags) => {
      const report = new Report(flags.json ? terminal.err : terminal.out, terminal.env)
      const chosen = workloads.filter(({ name }) => flags.workload === undefined || name === flags.workload)
      const names = flags.backend
        ? [flags.backend]
        : (await listBackends()).filter(({ available }) => available).map(({ name }) => name)
      const duration = { milliseconds: flags.quick ? 300 : 3000 }
      report.write(textColumns(chosen.map(({ name, about }) => [name, about])))
      report.line()
      const speeds: Speed[] = []
      for (const name of names) {
        const backend = await openBackend(name)
        for (const workload of chosen) speeds.push(await measure(workload, backend, duration))
      }
      report.write(speedTable(speeds))
      for (const { workload, backend, problem } of speeds) {
        if (problem !== null) report.line(`\n${workload} on ${backend} failed: ${problem}`)
      }
      if (flags.json) writeJson(terminal.out, { speeds })
    })
}

function speedTable(speeds: readonly Speed[]): string {
  const rows = speeds.map(({ workload, backend, samplesPerSecond, millisecondsPerStep }) => [
    workload,
    backend,
    samplesPerSecond === null ? '-' : groupedNumber(Math.round(samplesPerSecond)),
    millisecondsPerStep === null ? '-' : millisecondsPerStep.toPrecision(3),
  ])
  return textTable(['network', 'backend', 'samples per second', 'ms per step'], rows, '  ')
}

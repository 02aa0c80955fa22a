import { useBackend } from '@gradus/tensor'
import type { Command } from 'commander'
import { openBackend } from '../backends/backends.ts'
import { argumentTexts, jsonOption, pluginOption, type Which, whichOption } from '../flags.ts'
import { openModelFile } from '../model/open-model.ts'
import type { Terminal } from '../terminal.ts'
import { writeJson } from '../text/json.ts'
import { formatInspection } from './format-inspection.ts'
import { inputShapeOption, inputShapes } from './input-shape.ts'
import { inspect } from './inspection.ts'

interface InspectFlags {
  readonly json?: boolean
  readonly which?: Which
  readonly plugin?: readonly string[]
  readonly inputShape?: readonly string[]
}

/** Adds `gradus inspect`. */
export function inspectCommand(program: Command, { out, err, cwd }: Terminal): void {
  const command = program
    .command('inspect')
    .argument('<model>', argumentTexts.model)
    .description('show layers, shapes, parameters, FLOPs and the values of the weights of a model')
    .addOption(jsonOption())
    .addHelpText('after', '\nExamples:\n  gradus inspect runs/flowers-1\n  gradus inspect model.keras --json')
  command
    .addOption(whichOption())
    .addOption(pluginOption())
    .addOption(inputShapeOption())
    .action(async (source: string, flags: InspectFlags) => {
      await useBackend(await openBackend('cpu'))
      const opened = await openModelFile(source, { cwd, plugins: flags.plugin, which: flags.which, log: err })
      const inspection = await inspect(opened, inputShapes(flags.inputShape))
      if (flags.json) writeJson(out, inspection)
      else out.write(formatInspection(inspection, cwd))
    })
}

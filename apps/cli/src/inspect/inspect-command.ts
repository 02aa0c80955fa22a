import { useBackend } from '@gradus/tensor'
import type { Command } from 'commander'
import { openBackend } from '../backends/backends.ts'
import { addPlugins, addWhich, type Which } from '../flags.ts'
import { openModelFile } from '../model/open-model.ts'
import type { Terminal } from '../terminal.ts'
import { writeJson } from '../text/json.ts'
import { formatInspection } from './format-inspection.ts'
import { addInputShape, inputShapes } from './input-shape.ts'
import { inspect } from './inspection.ts'

interface InspectFlags {
  readonly json?: boolean
  readonly which?: Which
  readonly plugin?: readonly string[]
  readonly inputShape?: readonly string[]
}

/** Adds `gradus inspect`. */
export function inspectCommand(program: Command, { out, cwd }: Terminal): void {
  const command = program
    .command('inspect')
    .argument('<model>', 'a run folder, or a model file: .safetensors, .keras, .h5, or the model.json of TensorFlow.js')
    .description('show layers, shapes, parameters, FLOPs and the values of the weights of a model')
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExamples:\n  gradus inspect runs/flowers-1\n  gradus inspect model.keras --json')
  addInputShape(addPlugins(addWhich(command))).action(async (source: string, flags: InspectFlags) => {
    await useBackend(await openBackend('cpu'))
    const opened = await openModelFile(source, {
      cwd,
      plugins: flags.plugin,
      ...(flags.which && { which: flags.which }),
    })
    const inspection = await inspect(opened, inputShapes(flags.inputShape))
    if (flags.json) writeJson(out, inspection)
    else out.write(formatInspection(inspection, cwd))
  })
}

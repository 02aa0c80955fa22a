import type { Command } from 'commander'
import { stringify } from 'yaml'
import { argumentTexts, forceOption, jsonOption } from '../flags.ts'
import { Report, type Terminal } from '../terminal.ts'
import { writeJson } from '../text/json.ts'
import { shownPath } from '../text/shown-path.ts'
import { addConfigFlags, type ConfigFlags } from './config-flags.ts'
import { configJsonSchema } from './config-schema.ts'
import { type InitFlags, initConfig } from './init-config.ts'
import { readConfig } from './read-config.ts'
import { completeFit, resolveGiven } from './resolve-config.ts'

interface PrintFlags extends ConfigFlags {
  readonly json?: boolean
}

/** Adds `gradus config print`, `gradus config schema` and `gradus config init`. */
export function configCommand(program: Command, terminal: Terminal): void {
  const { out } = terminal
  const config = program
    .command('config')
    .description('print and write configs')
    .helpCommand(false)
    .addHelpText(
      'after',
      '\nExamples:\n  gradus config init houses.csv --target price\n  gradus config print config.yaml',
    )
  const json = (value: object) => `${JSON.stringify(value, null, 2)}\n`
  addConfigFlags(config.command('print').argument('<config>', argumentTexts.config))
    .description('print a config with defaults, environment variables and flags applied')
    .addOption(jsonOption({ about: 'print the config as JSON instead of YAML' }))
    .addHelpText(
      'after',
      '\nExamples:\n  gradus config print config.yaml\n  gradus config print config.yaml --set fit.epochs=5 --json',
    )
    .action(async (file: string, flags: PrintFlags) => {
      const { given } = await resolveGiven(await readConfig(file, terminal.cwd), flags, terminal)
      // what is left out with the model is chosen by the rows
      const resolved = given.model && given.fit ? { ...given, fit: completeFit(given.fit) } : given
      out.write(flags.json ? json(resolved) : stringify(resolved))
    })
  config
    .command('schema')
    .description('print the JSON Schema of configs, for editors')
    .addHelpText(
      'after',
      '\nExamples:\n  gradus config schema > gradus.schema.json\n  gradus config schema | jq .properties.fit',
    )
    .action(() => {
      out.write(json(configJsonSchema()))
    })
  addConfigFlags(config.command('init').argument('<file>', argumentTexts.rows))
    .description('write the config that train would use for a file of rows, with everything that it chooses')
    .option('--out <file>', 'the config to write: .yaml or .json', 'config.yaml')
    .addOption(forceOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  gradus config init houses.csv --target price\n  gradus config init houses.csv --target price --out houses.yaml --force',
    )
    .action(async (file: string, flags: InitFlags & { readonly json?: boolean }) => {
      const written = await initConfig(file, flags, terminal)
      if (flags.json) return writeJson(out, written)
      const report = new Report(out, terminal.env)
      for (const choice of written.choices) report.line(choice)
      const shown = shownPath(written.file, terminal.cwd)
      report.line(
        `${written.choices.length > 0 ? '\n' : ''}Wrote ${shown}. Train with it: ${terminal.command} train ${shown}`,
      )
    })
}

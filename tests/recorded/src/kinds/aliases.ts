import { registry } from '../build.ts'
import type { Check } from '../check.ts'
import { Unsupported } from '../outcome.ts'
import type { CaseBase } from '../recorded.ts'

interface AliasesCase extends CaseBase {
  readonly module: string
  readonly identifiers: Readonly<Record<string, string>>
}

const kinds: Readonly<Record<string, string>> = {
  losses: 'loss',
  metrics: 'metric',
  optimizers: 'optimizer',
  activations: 'activation',
  initializers: 'initializer',
  regularizers: 'regularizer',
  constraints: 'constraint',
  layers: 'layer',
  callbacks: 'callback',
}

/** Compares the identifiers of the classes that Gradus has. */
export function runAliases(entry: AliasesCase, check: Check): void {
  const kind = kinds[entry.module.split('.').at(-1)!]
  if (!kind) throw new Unsupported(`identifiers of ${entry.module}`)
  let known = 0
  for (const [identifier, name] of Object.entries(entry.identifiers)) {
    const definition = registry.find(kind, name)
    if (!definition) continue
    known++
    const found = registry.find(kind, identifier)
    check.holds(`identifiers.${identifier}`, found === definition, definition.type, found?.type ?? 'nothing')
  }
  if (known === 0) throw new Unsupported(`identifiers of ${entry.module}`)
}

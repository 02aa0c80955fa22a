import type { ComponentChildren } from 'preact'
import {
  type Activation,
  activations,
  type DataName,
  dataNames,
  type HiddenLayer,
  limits,
  type OptimizerName,
  optimizers,
  type Settings,
} from '../settings/settings.ts'
import { change, settings } from '../state/session.ts'
import { dataLabels, optimizerLabels } from './names.ts'

/** The settings of a run. A change starts a new run. */
export function Controls() {
  const { data, optimizer, learningRate, batchSize, noise, trainShare, seed } = settings.value
  return (
    <section class="card controls" aria-labelledby="settings-title" data-part="settings">
      <h2 id="settings-title">Settings</h2>
      <Field label="Data">
        <Choice value={data} options={dataLabels} names={dataNames} set={(value: DataName) => ({ data: value })} />
      </Field>
      <Layers />
      <Field label="Optimizer">
        <Choice
          value={optimizer}
          options={optimizerLabels}
          names={optimizers}
          set={(value: OptimizerName) => ({ optimizer: value })}
        />
      </Field>
      <NumberField
        label="Learning rate"
        value={learningRate}
        range={limits.learningRate}
        set={(value) => ({ learningRate: value })}
      />
      <NumberField
        label="Batch size"
        value={batchSize}
        range={[1, limits.batchSize]}
        whole
        set={(value) => ({ batchSize: value })}
      />
      <Slider label="Noise" value={noise} range={[0, 1]} set={(value) => ({ noise: value })} />
      <Slider
        label="Share to train on"
        value={trainShare}
        range={limits.trainShare}
        set={(value) => ({ trainShare: value })}
      />
      <NumberField label="Seed" value={seed} range={[0, 2 ** 31 - 1]} whole set={(value) => ({ seed: value })} />
    </section>
  )
}

function Field({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child
    <label class="field">
      <span>{label}</span>
      {children}
    </label>
  )
}

interface ChoiceProps<T extends string> {
  readonly value: T
  readonly names: readonly T[]
  readonly options: Readonly<Record<T, string>>
  readonly set: (value: T) => Partial<Settings>
}

function Choice<T extends string>({ value, names, options, set }: ChoiceProps<T>) {
  return (
    <select value={value} onChange={({ currentTarget }) => void change(set(currentTarget.value as T))}>
      {names.map((name) => (
        <option key={name} value={name}>
          {options[name]}
        </option>
      ))}
    </select>
  )
}

interface NumberProps {
  readonly label: string
  readonly value: number
  readonly range: readonly [number, number]
  readonly whole?: boolean
  readonly set: (value: number) => Partial<Settings>
}

function NumberField({ label, value, range: [low, high], whole, set }: NumberProps) {
  return (
    <Field label={label}>
      <input
        type="number"
        value={value}
        min={low}
        max={high}
        step={whole ? 1 : 'any'}
        onChange={({ currentTarget }) => {
          const given = currentTarget.valueAsNumber
          const next = Math.min(high, Math.max(low, whole ? Math.round(given) : given))
          if (Number.isNaN(next)) currentTarget.value = String(value)
          else {
            currentTarget.value = String(next)
            void change(set(next))
          }
        }}
      />
    </Field>
  )
}

function Slider({ label, value, range: [low, high], set }: NumberProps) {
  return (
    <Field label={`${label}: ${value}`}>
      <input
        type="range"
        aria-label={label}
        value={value}
        min={low}
        max={high}
        step={0.05}
        onChange={({ currentTarget }) => void change(set(currentTarget.valueAsNumber))}
      />
    </Field>
  )
}

function Layers() {
  const { layers } = settings.value
  const put = (index: number, changes: Partial<HiddenLayer>) =>
    void change({ layers: layers.map((layer, i) => (i === index ? { ...layer, ...changes } : layer)) })
  return (
    <fieldset class="layers">
      <legend>Hidden layers</legend>
      {layers.map(({ units, activation }, index) => (
        <div class="layer" key={index}>
          <input
            type="number"
            aria-label={`Units of layer ${index + 1}`}
            value={units}
            min={1}
            max={limits.units}
            onChange={({ currentTarget }) => {
              const given = Math.round(currentTarget.valueAsNumber)
              put(index, { units: Math.min(limits.units, Math.max(1, given || 1)) })
            }}
          />
          <select
            aria-label={`Activation of layer ${index + 1}`}
            value={activation}
            onChange={({ currentTarget }) => put(index, { activation: currentTarget.value as Activation })}
          >
            {activations.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
          <button
            type="button"
            aria-label={`Remove layer ${index + 1}`}
            onClick={() => void change({ layers: layers.filter((_, i) => i !== index) })}
          >
            {'\u00d7'}
          </button>
        </div>
      ))}
      {layers.length === 0 && <p>None: the inputs are connected to the outputs.</p>}
      <button
        type="button"
        disabled={layers.length >= limits.layers}
        onClick={() =>
          void change({ layers: [...layers, { units: 4, activation: layers.at(-1)?.activation ?? 'relu' }] })
        }
      >
        Add a layer
      </button>
    </fieldset>
  )
}

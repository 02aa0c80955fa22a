import { type BackendName, backends } from '../settings/settings.ts'
import * as session from '../state/session.ts'
import type { Speed } from '../worker/protocol.ts'
import { backendLabels } from './names.ts'

const speeds: readonly (readonly [Speed, string])[] = [
  [2, '2 steps a second'],
  [20, '20 steps a second'],
  [300, '300 steps a second'],
  ['full', 'as fast as possible'],
]

/** Play, pause, single steps, and where training stands. */
export function Toolbar() {
  const playing = session.playing.value
  const none = session.report.value === undefined
  return (
    <section class="toolbar" aria-label="Training" data-part="training">
      <button
        type="button"
        class="primary"
        disabled={none}
        onClick={() => void (playing ? session.pause() : session.play())}
      >
        {playing ? 'Pause' : 'Play'}
      </button>
      <button type="button" disabled={none} onClick={() => void session.advance('batch')}>
        Step one batch
      </button>
      <button type="button" disabled={none} onClick={() => void session.advance('epoch')}>
        Step one epoch
      </button>
      <button type="button" onClick={() => void session.restart()}>
        Reset
      </button>
      <label>
        Speed
        <select
          value={String(session.speed.value)}
          onChange={({ currentTarget: { value } }) =>
            void session.changeSpeed(value === 'full' ? 'full' : (Number(value) as Speed))
          }
        >
          {speeds.map(([value, label]) => (
            <option key={label} value={String(value)}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <BackendChoice />
      <Position />
      <Refusals />
    </section>
  )
}

function BackendChoice() {
  const refusals = session.refusals.value
  return (
    <label>
      Backend
      <select
        value={session.settings.value.backend}
        onChange={({ currentTarget: { value } }) => void session.change({ backend: value as BackendName })}
      >
        {backends.map((name) => (
          <option key={name} value={name} disabled={refusals[name] !== undefined}>
            {backendLabels[name]}
            {refusals[name] && ', not available'}
          </option>
        ))}
      </select>
    </label>
  )
}

function Position() {
  const report = session.report.value
  if (!report) return <p class="position">No run yet.</p>
  const { epoch, step, position, batchCount, backend, msPerStep } = report
  return (
    <div class="position">
      <span>
        Epoch <b data-value="epoch">{epoch}</b>
      </span>
      <progress max={batchCount} value={position} aria-label={`Batch ${position} of ${batchCount} in this epoch`} />
      <span>
        Step <b data-value="step">{step}</b>
      </span>
      <span title={backend.about}>
        <b data-value="backend">{backend.name}</b>
        {msPerStep !== undefined && `, ${msPerStep.toFixed(2)} ms per step`}
      </span>
    </div>
  )
}

/** Why backends are not there. */
function Refusals() {
  return (
    <>
      {Object.entries(session.refusals.value).map(([name, reason]) => (
        <p key={name} class="hint refusal">
          {name} is not available: {reason}
        </p>
      ))}
    </>
  )
}

/** What went wrong. */
export function Trouble() {
  const { backend } = session.settings.value
  return (
    <div role="alert">
      {session.trouble.value && <p class="trouble">Training has stopped. {session.trouble.value}</p>}
      {session.refusals.value[backend] && (
        <p class="trouble">
          The backend {backend} was chosen and does not start here; training runs on{' '}
          {session.report.value?.backend.name}.
        </p>
      )}
    </div>
  )
}

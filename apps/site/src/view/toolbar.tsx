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

/** The buttons of training, and its position. */
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
      <UnavailableBackends />
    </section>
  )
}

function BackendChoice() {
  const unavailable = session.unavailable.value
  return (
    <label>
      Backend
      <select
        value={session.settings.value.backend}
        onChange={({ currentTarget: { value } }) => void session.change({ backend: value as BackendName })}
      >
        {backends.map((name) => (
          <option key={name} value={name} disabled={unavailable[name] !== undefined}>
            {backendLabels[name]}
            {unavailable[name] && ', not available'}
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

/** The backends that do not start, with the reasons. */
function UnavailableBackends() {
  return (
    <>
      {Object.entries(session.unavailable.value).map(([name, reason]) => (
        <p key={name} class="hint unavailable">
          {name} is not available: {reason}
        </p>
      ))}
    </>
  )
}

/** The message of an error, or of a backend that does not start. */
export function Failure() {
  const { backend } = session.settings.value
  return (
    <div role="alert">
      {session.failure.value && <p class="failure">Training has stopped. {session.failure.value}</p>}
      {session.unavailable.value[backend] && (
        <p class="failure">
          The backend {backend} does not start here; training runs on {session.report.value?.backend.name}.
        </p>
      )}
    </div>
  )
}

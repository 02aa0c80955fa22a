import { sentenceOf } from '../settings/outcome.ts'
import { presets } from '../settings/presets.ts'
import { sameRun } from '../settings/settings.ts'
import { change, settings } from '../state/session.ts'

/** Example settings, with their outcome and the reason for it. */
export function Presets() {
  const { backend, points } = settings.value
  const chosen = presets.findIndex((preset) => sameRun(preset.settings, settings.value))
  const preset = presets[chosen]
  return (
    <section class="card presets" aria-labelledby="presets-title" data-part="presets">
      <h2 id="presets-title">Examples</h2>
      <select
        aria-label="Example"
        value={chosen}
        onChange={({ currentTarget }) => {
          const preset = presets[Number(currentTarget.value)]
          if (preset) void change({ ...preset.settings, backend, points })
        }}
      >
        {chosen < 0 && <option value={-1}>Your own settings</option>}
        {[true, false].map((succeed) => (
          <optgroup key={String(succeed)} label={succeed ? 'These succeed' : 'These fail'}>
            {presets.map(
              ({ name, succeeds }, index) =>
                succeeds === succeed && (
                  <option key={name} value={index}>
                    {name}
                  </option>
                ),
            )}
          </optgroup>
        ))}
      </select>
      {preset ? (
        <>
          <p>{preset.why}</p>
          <p class="hint">{sentenceOf(preset.outcome)}</p>
        </>
      ) : (
        <p class="hint">Choose an example, or continue with your own settings.</p>
      )}
    </section>
  )
}

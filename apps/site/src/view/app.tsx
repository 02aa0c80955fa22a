import { problem } from '../state/session.ts'
import { Boundary } from './boundary.tsx'
import { Confusion } from './confusion.tsx'
import { Controls } from './controls.tsx'
import { Curves } from './curves.tsx'
import { Digits } from './digits.tsx'
import { Histograms } from './histograms.tsx'
import { Inspector } from './inspector.tsx'
import { NetworkDrawing } from './network-drawing.tsx'
import { Presets } from './presets.tsx'
import { Program } from './program.tsx'
import { Failure, Toolbar } from './toolbar.tsx'
import { Tour, tourPart, tourStep } from './tour.tsx'

export function App() {
  return (
    <div class="page" data-tour={tourPart()}>
      <header>
        <h1>Gradus</h1>
        <p>Watch a network learn, one weight at a time.</p>
        <button type="button" onClick={() => (tourStep.value = tourStep.value === undefined ? 0 : undefined)}>
          {tourStep.value === undefined ? 'Take the tour' : 'End the tour'}
        </button>
      </header>
      <Toolbar />
      <Failure />
      <Tour />
      <main>
        <div class="column">
          <Presets />
          <Controls />
          <Program />
        </div>
        <div class="column">
          <NetworkDrawing />
          <div class="pair">
            <div class="column">
              {problem.value.data === 'digits' ? <Digits /> : <Boundary />}
              <Confusion />
            </div>
            <div class="column">
              <Curves />
              <Histograms />
            </div>
          </div>
        </div>
        <div class="column">
          <Inspector />
        </div>
      </main>
      <footer>
        Everything runs in this page, in a worker. Nothing is sent anywhere. The digits are by E. Alpaydin and C. Kaynak
        (UCI Machine Learning Repository, CC BY 4.0).
      </footer>
    </div>
  )
}

import 'uplot/dist/uPlot.min.css'
import './styles.css'
import { render } from 'preact'
import { fromFragment } from './settings/url.ts'
import { begin, change } from './state/session.ts'
import { App } from './view/app.tsx'

render(<App />, document.getElementById('app')!)
void begin()

// The address changes when a visitor pastes one into an open page or uses the history of the browser.
addEventListener('hashchange', () => void change(fromFragment(location.hash)))

import 'uplot/dist/uPlot.min.css'
import './styles.css'
import { render } from 'preact'
import { fromFragment } from './settings/url.ts'
import { begin, change } from './state/session.ts'
import { App } from './view/app.tsx'

render(<App />, document.getElementById('app')!)
void begin()

// An address that is pasted into an open page, or reached by the history.
addEventListener('hashchange', () => void change(fromFragment(location.hash)))

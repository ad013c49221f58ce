import '../form/form.css'
import './appointment-link.css'
import { createRoot } from 'react-dom/client'
import { speak, startLanguage } from '../i18n/start.ts'
import { AppointmentScreen } from './AppointmentScreen.tsx'
import { look } from './api.ts'

/** Shows the appointment or the offered slot behind a signed link, without signing in. @public Used through a dynamic import. */
export function startAppointment(token: string) {
  const root = document.getElementById('root')
  if (!root) throw new Error('The page has no #root element')
  void Promise.all([startLanguage(), look(token)]).then(async ([, first]) => {
    if (first.state === 'appointment' || first.state === 'offer') await speak(first.spoken)
    createRoot(root).render(<AppointmentScreen token={token} first={first} />)
  })
}

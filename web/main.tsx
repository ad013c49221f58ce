import './theme/base.css'
import type { CurrentUser } from '../contract/access.ts'
import { ApiError, send } from './api.ts'
import { language } from './i18n/language.ts'
import { forgetSignedIn, rememberSignedIn, wasSignedIn } from './sign-in/hint.ts'
import { applyAppearance } from './theme/appearance.ts'

applyAppearance()
document.documentElement.lang = language()

const loadApp = () => import('./app/start.tsx')
const loadSignIn = () => import('./sign-in/start.tsx')

async function start() {
  // Somebody with a one-time link is nobody we know, even on a tablet where staff are signed in.
  if (location.pathname.startsWith('/q/')) {
    ;(await import('./form/start.tsx')).startForm(location.pathname.slice('/q/'.length))
    return
  }
  if (location.pathname.startsWith('/a/')) {
    ;(await import('./appointment-link/start.tsx')).startAppointment(location.pathname.slice('/a/'.length))
    return
  }
  if (location.pathname.startsWith('/p/')) {
    ;(await import('./preference/start.tsx')).startPreferences(location.pathname.slice('/p/'.length))
    return
  }
  // People book by themselves, whoever is signed in on that device.
  if (location.pathname === '/book') {
    ;(await import('./book/start.tsx')).startBooking()
    return
  }
  // Patients have a session of their own, whoever of the staff is signed in on that device.
  if (location.pathname === '/portal') {
    ;(await import('./portal/start.tsx')).startPortal()
    return
  }
  // Anybody may ask, whoever is signed in on that device.
  if (location.pathname === '/chat') {
    ;(await import('./chat/start.tsx')).startChat()
    return
  }
  // Opened by the hospital's own workstation, in a frame or a window, for somebody that it has signed in.
  if (location.pathname === '/launch') {
    await (await import('./launch/start.tsx')).startLaunch()
    return
  }
  // Visitors open it where there is no line, so it asks nobody who is there before it shows.
  if (location.pathname === '/visits/today') {
    if (!(await (await import('./visit/start.tsx')).startVisits()))
      (await loadSignIn()).startSignIn('sign-in')
    return
  }
  const isGate = location.pathname === '/sign-in' || location.pathname === '/setup'
  if (isGate) {
    ;(await loadSignIn()).startSignIn('sign-in')
    return
  }
  // Fetched beside the question who is there, so that a signed-in person waits for one round trip, not two.
  if (wasSignedIn()) void loadApp()
  try {
    const me = (await send('get', '/api/v1/me')) as CurrentUser
    if (me.mustChangePassword) {
      ;(await loadSignIn()).startSignIn('change-password')
      return
    }
    rememberSignedIn()
    ;(await loadApp()).startApp(me)
  } catch (error) {
    const signedOut = error instanceof ApiError && error.status === 401
    if (signedOut) forgetSignedIn()
    ;(await loadSignIn()).startSignIn(signedOut ? 'sign-in' : 'unreachable')
  }
}

void start()

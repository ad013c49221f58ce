import './sign-in.css'
import { createRoot } from 'react-dom/client'
import { SignInScreen, type Gate } from './SignInScreen.tsx'

/** Shows the sign-in part. @public Used through a dynamic import. */
export function startSignIn(gate: Gate) {
  const root = document.getElementById('root')
  if (!root) throw new Error('The page has no #root element')
  createRoot(root).render(<SignInScreen gate={location.pathname === '/setup' ? 'setup' : gate} />)
}

import { createLink } from '@tanstack/react-router'
import { Button } from 'antd'

/** A link of the app that looks like a button, because it is the next step. */
export const LinkButton = createLink(Button)

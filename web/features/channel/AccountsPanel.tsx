import './channel.css'
import { Button } from 'antd'
import { type ComponentProps, type ReactNode, useId } from 'react'
import { may, useMe } from '../../session.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'

type AccountsPanelProps<T> = {
  title: string
  hint: string
  /** Button of those who may add one; `primary`: the main one of the page. */
  add: { text: string; primary?: boolean; onClick: () => void }
  empty: { title: string; hint: string }
  query: ComponentProps<typeof Unloaded>['query'] & { data?: { items: T[] } | undefined }
  card: (account: T) => ReactNode
  /** Dialogs. */
  children?: ReactNode
}

/** Accounts at what the hospital is connected to: how each does, and a button for another one. */
export function AccountsPanel<T>({ title, hint, add, empty, query, card, children }: AccountsPanelProps<T>) {
  const me = useMe()
  const id = useId()
  const items = query.data?.items
  return (
    <section className="channels" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <div className="channels-head">
        <p className="secondary">{hint}</p>
        {may(me, 'channel.write') && (
          <Button type={add.primary ? 'primary' : 'default'} onClick={add.onClick}>
            {add.text}
          </Button>
        )}
      </div>
      {!items ? (
        <Unloaded query={query} />
      ) : items.length === 0 ? (
        <EmptyState title={empty.title} hint={empty.hint} />
      ) : (
        <ul className="channels-list" aria-labelledby={id}>
          {items.map(card)}
        </ul>
      )}
      {children}
    </section>
  )
}

type AccountBoxProps = { name: string; state: ReactNode; actions: ReactNode; children: ReactNode }

/** One account: its name, whether it works, what is known of it, and what may be done. */
export function AccountBox({ name, state, actions, children }: AccountBoxProps) {
  return (
    <li className="panel">
      <div className="channels-name">
        <strong>{name}</strong>
        {state}
      </div>
      {children}
      {actions && <div className="channels-actions">{actions}</div>}
    </li>
  )
}

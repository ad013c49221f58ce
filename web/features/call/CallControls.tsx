import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type CallDetail, controlCall, listColleagues } from '../../../contract/call.ts'
import { useCall } from '../../query.ts'
import { useMe } from '../../session.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { useDo } from '../../ui/useDo.ts'
import { PhoneControls } from './PhoneControls.tsx'
import { usePhone } from './phone.ts'
import { stateAt } from './state.ts'
import { callRoutes } from './stale.ts'

/** What my telephone can be asked to do with the running call. */
export function CallControls({ call }: { call: CallDetail }) {
  const { t } = useTranslation()
  const me = useMe()
  const [transferring, setTransferring] = useState(false)
  const act = useDo(controlCall, { stale: callRoutes })
  const phone = usePhone()
  if (!call.abilities.work) return null
  const state = stateAt(call, me.id)
  const spoken = state === 'talking' || state === 'held'
  const send = (body: Parameters<typeof act.mutate>[0]['body']) =>
    act.mutate({ params: { id: call.id }, body })
  const session = call.legs.some((leg) => leg.userId === me.id && leg.endedAt === null)
    ? phone?.session
    : null
  const transfer = spoken && <Button onClick={() => setTransferring(true)}>{t('calls.pop.transfer')}</Button>
  const dialog = transferring && (
    <TransferDialog
      onClose={() => setTransferring(false)}
      onChoose={(userId) => {
        send({ act: 'transfer', userId })
        setTransferring(false)
      }}
    />
  )
  if (session)
    return (
      <PhoneControls session={session}>
        {transfer}
        {dialog}
      </PhoneControls>
    )
  return (
    <span className="button-line">
      {spoken && (
        <>
          <Button onClick={() => send({ act: call.state === 'held' ? 'resume' : 'hold' })}>
            {t(call.state === 'held' ? 'calls.pop.resume' : 'calls.pop.hold')}
          </Button>
          {transfer}
        </>
      )}
      <Button danger loading={act.isPending} onClick={() => send({ act: 'hang-up' })}>
        {t('calls.pop.hangUp')}
      </Button>
      {dialog}
    </span>
  )
}

function TransferDialog({ onClose, onChoose }: { onClose: () => void; onChoose: (userId: string) => void }) {
  const { t } = useTranslation()
  const query = useCall(listColleagues)
  return (
    <Dialog title={t('calls.pop.transferTo')} size="small" onClose={onClose}>
      {query.isError || !query.data ? (
        <Unloaded query={query} />
      ) : query.data.items.length === 0 ? (
        <p className="secondary">{t('calls.pop.transferNone')}</p>
      ) : (
        <ul className="caller-list">
          {query.data.items.map((one) => (
            <li key={one.userId}>
              <span>
                <strong>{one.name}</strong> <span className="secondary">{one.extension}</span>{' '}
                <StatusTag
                  tone={one.talking ? 'warning' : one.presence === 'available' ? 'success' : 'neutral'}
                >
                  {one.talking ? t('calls.pop.busy') : t(`line.presences.${one.presence}`)}
                </StatusTag>
              </span>
              <Button
                aria-label={`${t('calls.pop.transfer')} ${one.name}`}
                onClick={() => onChoose(one.userId)}
              >
                {t('calls.pop.transfer')}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  )
}

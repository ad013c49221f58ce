import { Dialog } from '../../ui/Dialog.tsx'
import { CopyOutlined, PrinterOutlined } from '@ant-design/icons'
import { App, Button, QRCode } from 'antd'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { createTaskLink, listTaskLinks, revokeLink } from '../../../contract/questionnaire-link.ts'
import { useTime } from '../../format/useTime.ts'
import { useCode } from '../../i18n/useCode.ts'
import { languageNames, languages } from '../../i18n/language.ts'
import { type ItemOf, keyOf, queryClient, useCall } from '../../query.ts'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx'
import './link.css'
import { PickField, TextField } from '../../ui/fields.ts'
import { useDo } from '../../ui/useDo.ts'
import { useCopy } from '../../ui/useCopy.ts'

type Link = ItemOf<typeof listTaskLinks>
const toneOf: Partial<Record<Link['state'], Tone>> = {
  used: 'success',
  answering: 'info',
  opened: 'info',
  'not-sent': 'danger',
  locked: 'danger',
}
const living = new Set<Link['state']>([
  'waiting',
  'not-sent',
  'sent',
  'opened',
  'answering',
  'locked',
  'expired',
])

/** Lets the person answer: send a one-time link by what reaches them, or show it on the spot. */
export default function LinkDialog({ taskId, onClose }: { taskId: number; onClose: () => void }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const time = useTime()
  const id = useId()
  const [language, setLanguage] = useState('')
  const [shown, setShown] = useState<{ url: string; expiresAt: string } | null>(null)
  const links = useCall(listTaskLinks, { params: { id: taskId } }, { refetchInterval: 5000 })
  const refresh = () =>
    void queryClient.invalidateQueries({ queryKey: keyOf(listTaskLinks, { params: { id: taskId } }) })
  const create = useDo(createTaskLink, {
    onDone: ({ url, expiresAt }) => {
      refresh()
      if (url && expiresAt) setShown({ url, expiresAt })
      else void message.success(t('links.sent'))
    },
  })
  const make = (channel: 'sms' | 'wechat' | 'email' | 'shown') =>
    create.mutate({
      params: { id: taskId },
      body: { channel, ...(language && { language: language as 'en' }) },
    })

  return (
    <Dialog title={t('links.title')} className="link-dialog" onClose={onClose}>
      <p className="secondary">{t('links.hint')}</p>
      {links.isError ? (
        <ErrorState error={links.error} onRetry={() => void links.refetch()} />
      ) : shown ? (
        <ShownLink {...shown} />
      ) : (
        <div className="link-make">
          <PickField
            label={t('links.language')}
            value={language}
            none={t('links.languageAuto')}
            options={languages.map((one) => ({ value: one, text: languageNames[one] }))}
            onChange={setLanguage}
          />
          {links.data?.ready &&
            links.data.ways.map(({ channel, address }, at) => (
              <Button
                key={channel}
                type={at === 0 ? 'primary' : 'default'}
                loading={create.isPending && create.variables.body.channel === channel}
                onClick={() => make(channel)}
              >
                {t(`links.send.${channel}`, { address })}
              </Button>
            ))}
          {links.data && (!links.data.ready || links.data.ways.length === 0) && (
            <p className="secondary">{t(links.data.ready ? 'links.noWay' : 'links.notReady')}</p>
          )}
          <Button
            loading={create.isPending && create.variables.body.channel === 'shown'}
            onClick={() => make('shown')}
          >
            {t('links.show')}
          </Button>
        </div>
      )}
      {links.data && links.data.items.length > 0 && (
        <section aria-labelledby={`${id}-earlier`}>
          <h3 id={`${id}-earlier`}>{t('links.earlier')}</h3>
          {!shown && <p className="secondary small">{t('links.replaces')}</p>}
          <ul className="link-list">
            {links.data.items.map((link) => (
              <LinkLine key={link.id} link={link} when={time.moment(link.createdAt)} onRevoked={refresh} />
            ))}
          </ul>
        </section>
      )}
    </Dialog>
  )
}

function LinkLine({ link, when, onRevoked }: { link: Link; when: string; onRevoked: () => void }) {
  const { t } = useTranslation()
  const code = useCode()
  const revoke = useDo(revokeLink, {
    done: t('links.revoked'),
    onDone: () => {
      onRevoked()
    },
  })
  return (
    <li>
      <StatusTag tone={toneOf[link.state] ?? 'neutral'}>{t(`links.state.${link.state}`)}</StatusTag>
      <span>
        {t(`links.channel.${link.channel}`)} · {when} · {link.createdByName}
        {link.state === 'not-sent' && link.reason && ` · ${code('suppressionReason', link.reason)}`}
      </span>
      {living.has(link.state) && (
        <Button
          size="small"
          loading={revoke.isPending}
          onClick={() => revoke.mutate({ params: { id: link.id } })}
        >
          {t('links.revoke')}
        </Button>
      )}
    </li>
  )
}

function ShownLink({ url, expiresAt }: { url: string; expiresAt: string }) {
  const { t } = useTranslation()
  const time = useTime()
  const copy = useCopy()
  return (
    <div className="link-shown">
      <div className="link-slip">
        <h2>{t('links.printTitle')}</h2>
        {/* Who cannot see it has the address below. */}
        <span aria-hidden="true">
          <QRCode value={url} type="svg" size={200} />
        </span>
        <p>{t('links.printHint', { time: time.moment(expiresAt) })}</p>
      </div>
      <p>{t('links.once', { time: time.moment(expiresAt) })}</p>
      <TextField inline mono readOnly label={t('links.copy')} value={url} onChange={() => undefined} />
      <div className="link-actions">
        <Button type="primary" icon={<CopyOutlined aria-hidden />} onClick={() => void copy(url)}>
          {t('links.copy')}
        </Button>
        <Button icon={<PrinterOutlined aria-hidden />} onClick={() => print()}>
          {t('links.print')}
        </Button>
        <Button href={url} target="_blank">
          {t('links.openHere')}
        </Button>
      </div>
    </div>
  )
}

import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  cannedPlaceholders,
  type CannedReply,
  createCannedReply,
  listCannedReplies,
  listCannedVersions,
  retireCannedReply,
  updateCannedReply,
} from '../../../contract/canned-reply.ts'
import { listSites } from '../../../contract/setting.ts'
import { call } from '../../api.ts'
import { useTime } from '../../format/useTime.ts'
import { useCall } from '../../query.ts'
import { useMe } from '../../session.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { AreaField, CheckField, choices, PickField, TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'
import { useDo } from '../../ui/useDo.ts'

/** Texts for answers: one's own, and those of the site. */
export function CannedDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const replies = useCall(listCannedReplies, {})
  const [editing, setEditing] = useState<CannedReply | 'new' | null>(null)
  const [history, setHistory] = useState<CannedReply | null>(null)
  const retire = useDo(retireCannedReply, { stale: [listCannedReplies], done: t('inbox.cannedRetired') })
  return (
    <Dialog title={t('inbox.canned')} size="large" onClose={onClose}>
      <div className="stack">
        <p className="secondary">{t('inbox.cannedHint')}</p>
        <p>
          <Button type="primary" onClick={() => setEditing('new')}>
            {t('inbox.cannedAdd')}
          </Button>
        </p>
        {replies.isPending || replies.isError ? (
          <Unloaded query={replies} />
        ) : replies.data.items.length === 0 ? (
          <EmptyState title={t('inbox.cannedNone')} hint={t('inbox.cannedNoneHint')} />
        ) : (
          <ul className="inbox-canned" aria-label={t('inbox.canned')}>
            {replies.data.items.map((one) => (
              <li key={one.id}>
                <p>
                  <b>/{one.shortcut}</b> {one.title}{' '}
                  <span className="secondary small">
                    {t(one.own ? 'inbox.cannedOwn' : 'inbox.cannedShared')}
                  </span>
                </p>
                <p className="pre-line small">{one.body}</p>
                <div className="inbox-acts">
                  {one.mayChange && (
                    <Button size="small" onClick={() => setEditing(one)}>
                      {t('common.edit')}
                    </Button>
                  )}
                  <Button size="small" onClick={() => setHistory(one)}>
                    {t('guidance.versions', { n: one.version })}
                  </Button>
                  {one.mayChange && (
                    <Button
                      size="small"
                      loading={retire.isPending}
                      onClick={() => retire.mutate({ params: { id: one.id } })}
                    >
                      {t('inbox.cannedRetire')}
                    </Button>
                  )}
                </div>
              </li>
            ))}
          </ul>
        )}
      </div>
      {editing && <CannedForm reply={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />}
      {history && <Versions reply={history} onClose={() => setHistory(null)} />}
    </Dialog>
  )
}

function CannedForm({ reply, onClose }: { reply: CannedReply | null; onClose: () => void }) {
  const { t } = useTranslation()
  const me = useMe()
  const reach = me.permissions['conversation.write']
  const places = useCall(listSites, { query: { within: 'conversation.write' } })
  const sites = places.data?.sites ?? []
  const mayShare = reach === 'site' || reach === 'all'
  const [own, setOwn] = useState(reply?.own ?? true)
  const form = useContractForm(reply ? updateCannedReply : createCannedReply, {
    latest: async () => (await call(listCannedReplies, {})).items.find((one) => one.id === reply?.id),
    ...(reply && { params: { id: reply.id } }),
    values: reply ?? { shortcut: '', title: '', body: '' },
    toBody: (values) => ({
      ...values,
      ...(!reply && { own, siteId: own ? null : (values['siteId'] ?? sites[0]?.id ?? null) }),
    }),
    stale: [listCannedReplies],
    done: t('inbox.cannedSaved'),
    onDone: onClose,
  })
  return (
    <FormDialog title={t(reply ? 'inbox.cannedEdit' : 'inbox.cannedAdd')} form={form} onClose={onClose}>
      <div className="fields-auto">
        <TextField
          label={t('inbox.cannedShortcut')}
          hint={t('inbox.cannedShortcutHint')}
          autoFocus
          {...form.text('shortcut')}
        />
        <TextField label={t('inbox.cannedTitle')} {...form.text('title')} />
      </div>
      <AreaField
        label={t('inbox.cannedBody')}
        hint={t('inbox.cannedBodyHint', {
          list: cannedPlaceholders.map((one) => `{{${one}}} ${t(`inbox.cannedFilled.${one}`)}`).join('、'),
        })}
        rows={6}
        {...form.text('body')}
      />
      {!reply && mayShare && (
        <CheckField label={t('inbox.cannedForAll')} checked={!own} onChange={(shared) => setOwn(!shared)} />
      )}
      {!reply && !own && sites.length > 1 && (
        <PickField
          label={t('inbox.site')}
          {...form.pick('siteId' as never)}
          value={String(Number(form.values['siteId']) || (sites[0]?.id ?? ''))}
          options={choices(sites)}
        />
      )}
    </FormDialog>
  )
}

function Versions({ reply, onClose }: { reply: CannedReply; onClose: () => void }) {
  const time = useTime()
  const versions = useCall(listCannedVersions, { params: { id: reply.id } }, { staleTime: 0 })
  return (
    <Dialog title={reply.title} onClose={onClose}>
      {(versions.data?.items ?? []).map((one) => (
        <section key={one.version}>
          <h3>
            {one.version} · {time.moment(one.at)} · {one.byName}
          </h3>
          <p className="pre-line">{one.body}</p>
        </section>
      ))}
    </Dialog>
  )
}

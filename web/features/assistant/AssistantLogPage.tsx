import './assistant.css'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { listAssistantRequests } from '../../../contract/assistant.ts'
import { listSites } from '../../../contract/setting.ts'
import type { ItemOf } from '../../query.ts'
import { useCall } from '../../query.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { type Column, column, ListPage, useList } from '../../ui/ListPage.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { TimeText } from '../../ui/TimeText.tsx'

type Row = ItemOf<typeof listAssistantRequests>

/** What left the house for language models, for those who read the audit. */
export default function AssistantLogPage() {
  const { t } = useTranslation()
  const [filters] = useFilters()
  const [open, setOpen] = useState<Row | null>(null)
  const siteId = Number(first(filters['siteId'])) || undefined
  const source = useList(listAssistantRequests, { ...(siteId && { siteId }) })
  const sites = useCall(listSites).data?.sites ?? []
  const columns: Column<Row>[] = [
    column('at', t('assistant.at'), 150, (one) => <TimeText at={one.at} show="moment" />),
    column('who', t('assistant.who'), {}, (one) => one.userName),
    column('kind', t('assistant.kind'), {}, (one) => t(`assistant.kinds.${one.kind}`)),
    column('conversation', t('inbox.thread'), {}, (one) => (
      <>
        {t('assistant.conversation', { id: one.conversationId })}{' '}
        <span className="secondary small">{one.siteName}</span>
      </>
    )),
    column('result', t('assistant.result'), {}, (one) =>
      one.problem ? (
        <span className="small">{t(`assistant.problem.${one.problem}`)}</span>
      ) : (
        <StatusTag
          tone={one.outcome === null ? 'neutral' : one.outcome === 'rejected' ? 'warning' : 'success'}
        >
          {t(one.outcome === null ? 'assistant.open' : `assistant.outcome.${one.outcome}`)}
        </StatusTag>
      ),
    ),
    column('size', t('assistant.size'), { align: 'right' }, (one) =>
      one.promptTokens === null
        ? '—'
        : t('assistant.sizes', { sent: one.promptTokens, got: one.answerTokens ?? 0 }),
    ),
    column('duration', t('assistant.duration'), { align: 'right' }, (one) =>
      one.milliseconds === null ? '—' : t('assistant.ms', { n: one.milliseconds }),
    ),
  ]
  return (
    <>
      <ListPage
        title={t('assistant.logTitle')}
        above={<p className="secondary">{t('assistant.logHint')}</p>}
        filters={
          sites.length > 1 && (
            <SelectFilter
              label={t('assistant.site')}
              all={t('audit.filter.allSites')}
              of="siteId"
              options={sites.map((one) => ({ value: String(one.id), text: one.name }))}
            />
          )
        }
        source={source}
        columns={columns}
        rowKey={(one) => one.id}
        onOpen={setOpen}
        empty={{ title: t('assistant.logEmpty'), hint: t('assistant.logEmptyHint') }}
      />
      {open && (
        <Dialog title={t('assistant.logTitle')} size="large" onClose={() => setOpen(null)}>
          <div className="stack">
            <h3>{t('assistant.sent')}</h3>
            <pre className="assistant-text small" tabIndex={0}>
              {open.sent}
            </pre>
            <h3>{t('assistant.answer')}</h3>
            <pre className="assistant-text small" tabIndex={0}>
              {open.answer ?? t('assistant.noAnswer')}
            </pre>
          </div>
        </Dialog>
      )}
    </>
  )
}

import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Article, articleCategories, articleKind, listArticles } from '../../../contract/knowledge.ts'
import { useTime } from '../../format/useTime.ts'
import { may, useMe } from '../../session.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { type Column, column, ListPage, useList } from '../../ui/ListPage.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx'
import { ArticleDialog } from './ArticleDialog.tsx'
import { ArticleEditor } from './ArticleEditor.tsx'
import { KnowledgeSearch } from './KnowledgeSearch.tsx'

const states = ['current', 'overdue', 'draft', 'retired'] as const
const tones: Record<Article['state'], Tone> = {
  published: 'success',
  changed: 'info',
  draft: 'neutral',
  retired: 'neutral',
}

/** Answers and scripts: what is in force, what is overdue for review, what is being written. */
export default function KnowledgePage() {
  const { t } = useTranslation()
  const me = useMe()
  const time = useTime()
  const [filters, setFilters] = useFilters()
  const [open, setOpen] = useState<number | null>(null)
  const [writing, setWriting] = useState(false)
  const [finding, setFinding] = useState(false)
  const writes = may(me, 'knowledge.write')
  const state = states.find((one) => one === first(filters['view'])) ?? 'current'
  const kind = articleKind.options.find((one) => one === first(filters['kind']))
  const category = articleCategories.find((one) => one === first(filters['category']))
  const source = useList(listArticles, { state, ...(kind && { kind }), ...(category && { category }) })
  const columns: Column<Article>[] = [
    column('title', t('knowledge.title'), (one) => (
      <>
        {one.title}
        <br />
        <span className="secondary small">{one.synonyms.join('、')}</span>
      </>
    )),
    column('category', t('knowledge.category'), (one) => t(`knowledge.categories.${one.category}`)),
    column('kind', t('knowledge.kindLabel'), { wideOnly: true }, (one) => t(`knowledge.kind.${one.kind}`)),
    column('state', t('knowledge.state'), (one) => (
      <StatusTag tone={tones[one.state]}>{t(`knowledge.states.${one.state}`)}</StatusTag>
    )),
    column('owner', t('knowledge.owner'), (one) => one.ownerName ?? '—'),
    column('review', t('knowledge.review'), (one) => (
      <>
        {time.day(one.reviewOn)}{' '}
        {one.overdue && <StatusTag tone="warning">{t('knowledge.overdue')}</StatusTag>}
      </>
    )),
    column('useful', t('knowledge.votes'), { align: 'right' }, (one) => `${one.useful} / ${one.useless}`),
    column('used', t('knowledge.used'), { align: 'right', wideOnly: true }, (one) => one.used),
  ]
  return (
    <>
      <ListPage
        title={t('knowledge.pageTitle')}
        actions={
          <>
            <Button onClick={() => setFinding(true)}>{t('knowledge.find')}</Button>
            {writes && (
              <Button type="primary" onClick={() => setWriting(true)}>
                {t('knowledge.add')}
              </Button>
            )}
          </>
        }
        filters={
          <>
            <div className="filter-bar" role="group" aria-label={t('knowledge.state')}>
              {states
                .filter((one) => writes || one === 'current' || one === 'overdue')
                .map((one) => (
                  <button
                    key={one}
                    type="button"
                    className="chip"
                    aria-pressed={one === state}
                    onClick={() => setFilters({ view: one === 'current' ? undefined : one })}
                  >
                    {t(`knowledge.view.${one}`)}
                  </button>
                ))}
            </div>
            <SelectFilter
              label={t('knowledge.category')}
              all={t('knowledge.allCategories')}
              of="category"
              options={articleCategories.map((one) => ({
                value: one,
                text: t(`knowledge.categories.${one}`),
              }))}
            />
            <SelectFilter
              label={t('knowledge.kindLabel')}
              all={t('knowledge.allKinds')}
              of="kind"
              options={articleKind.options.map((one) => ({ value: one, text: t(`knowledge.kind.${one}`) }))}
            />
          </>
        }
        source={source}
        columns={columns}
        rowKey={(one) => one.id}
        onOpen={(one) => setOpen(one.id)}
        empty={{ title: t('knowledge.empty'), hint: t('knowledge.emptyHint') }}
      />
      {open !== null && <ArticleDialog id={open} onClose={() => setOpen(null)} />}
      {writing && <ArticleEditor article={null} onClose={() => setWriting(false)} />}
      {finding && (
        <Dialog title={t('knowledge.find')} size="large" onClose={() => setFinding(false)}>
          <KnowledgeSearch query="" />
        </Dialog>
      )}
    </>
  )
}

import { Button } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Article, rateArticle, searchArticles, useArticle } from '../../../contract/knowledge.ts'
import { useTime } from '../../format/useTime.ts'
import { useAct, useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { TextField } from '../../ui/fields.ts'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { useDo } from '../../ui/useDo.ts'
import './knowledge.css'

type KnowledgeSearchProps = {
  /** What was asked; the search begins with it. */
  query: string
  /** Puts an answer where the reader writes; left out: it is copied. */
  onInsert?: (answer: string) => void
}

/** Finds answers and scripts and puts one into what is being written, or on the clipboard. */
export function KnowledgeSearch({ query, onInsert }: KnowledgeSearchProps) {
  const { t } = useTranslation()
  const me = useMe()
  const [text, setText] = useState(query)
  const [search, setSearch] = useState(query.trim())
  useEffect(() => {
    const timer = setTimeout(() => setSearch(text.trim()), 200)
    return () => clearTimeout(timer)
  }, [text])
  const found = useCall(
    searchArticles,
    { query: { search: search || '-' } },
    { enabled: search !== '', placeholderData: (before) => before },
  )
  if (!may(me, 'knowledge.read')) return null
  const items = search === '' ? [] : (found.data?.items ?? [])
  return (
    <div className="stack">
      <TextField
        label={t('knowledge.searchFor')}
        hint={t('knowledge.searchHint')}
        autoFocus
        maxLength={200}
        value={text}
        onChange={setText}
      />
      {search !== '' && (found.isPending || found.isError) && <Unloaded query={found} />}
      {found.isSuccess && search !== '' && items.length === 0 && (
        <EmptyState title={t('knowledge.notFound')} hint={t('knowledge.notFoundHint')} />
      )}
      <ul className="knowledge-found" aria-label={t('knowledge.found')}>
        {items.map((one) => (
          <Found key={one.id} article={one} onInsert={onInsert} />
        ))}
      </ul>
    </div>
  )
}

function Found({ article, onInsert }: { article: Article; onInsert: KnowledgeSearchProps['onInsert'] }) {
  const { t } = useTranslation()
  const time = useTime()
  const used = useAct(useArticle)
  const rate = useDo(rateArticle, { done: t('knowledge.rated') })
  const [copied, setCopied] = useState(false)
  const params = { id: article.id }
  const take = () => {
    used.mutate({ params })
    if (onInsert) onInsert(article.body)
    else void navigator.clipboard.writeText(article.body).then(() => setCopied(true))
  }
  return (
    <li>
      <h3>
        {article.title}{' '}
        {article.kind === 'script' && <StatusTag tone="info">{t('knowledge.kind.script')}</StatusTag>}
        {article.overdue && (
          <StatusTag tone="warning">
            {t('knowledge.overdueSince', { day: time.day(article.reviewOn) })}
          </StatusTag>
        )}
      </h3>
      <p className="pre-line">{article.body}</p>
      <div className="knowledge-acts">
        <Button type="primary" size="small" onClick={take}>
          {t(onInsert ? 'knowledge.insert' : copied ? 'knowledge.copied' : 'knowledge.copy')}
        </Button>
        <Button size="small" onClick={() => rate.mutate({ params, body: { useful: true } })}>
          {t('knowledge.useful')}
        </Button>
        <Button size="small" onClick={() => rate.mutate({ params, body: { useful: false } })}>
          {t('knowledge.useless')}
        </Button>
      </div>
    </li>
  )
}

"""服务牌 and 三双服务钥匙扣 as PDF: what stands on them, the font, the drawing, the sheets (docs/decisions/0019-cards.md)."""

#ifndef CFFMPEG_H
#define CFFMPEG_H

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/channel_layout.h>
#include <libavutil/display.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>

// Macros that Swift cannot import.
static const int FFMPEG_EOF = AVERROR_EOF;
static const int FFMPEG_AGAIN = AVERROR(EAGAIN);
static const int FFMPEG_INVALID_DATA = AVERROR_INVALIDDATA;
static const int FFMPEG_NO_DECODER = AVERROR_DECODER_NOT_FOUND;
static const int64_t FFMPEG_NO_TIME = AV_NOPTS_VALUE;

#endif
